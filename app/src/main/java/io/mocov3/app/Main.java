package io.mocov3.app;

import io.mocov3.app.output.Escaped;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.PathConverter;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry of {@code ./mocov3}. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The whole command tree; whatever goes wrong is one line and an exit code. */
  public static CommandLine commandLine() {
    Failures failures = Failures.ofEnvironment();
    return new CommandLine(new Cli())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Path.class, new PathConverter())
        .setExecutionStrategy(parsed -> execute(parsed, failures))
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> failures.report(exception, command))
        .setParameterExceptionHandler((exception, arguments) -> wrongUse(exception));
  }

  /** Errors are no exceptions to picocli; a failure of the JVM ends in one line as well. */
  private static int execute(ParseResult parsed, Failures failures) {
    try {
      return new RunLast().execute(parsed);
    } catch (Error error) {
      ParseResult command = parsed;
      while (command.hasSubcommand()) {
        command = command.subcommand();
      }
      return failures.report(error, command.commandSpec().commandLine());
    }
  }

  private static int wrongUse(ParameterException exception) {
    CommandLine command = exception.getCommandLine();
    command
        .getErr()
        .printf(
            "mocov3: %s; try %s --help%n",
            Escaped.text(exception.getMessage()), command.getCommandSpec().qualifiedName());
    UnmatchedArgumentException.printSuggestions(exception, command.getErr());
    command.getErr().flush();
    return ExitCode.USAGE;
  }
}
