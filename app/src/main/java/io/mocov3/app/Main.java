package io.mocov3.app;

import io.mocov3.app.run.RunException;
import io.mocov3.app.settings.SettingsException;
import io.mocov3.augment.DataException;
import io.mocov3.model.ModelException;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;

/** The entry of {@code ./mocov3}. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The whole command tree; a mistake of the user's is one line and exit code 2. */
  public static CommandLine commandLine() {
    return new CommandLine(new Cli())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(oneLine())
        .setParameterExceptionHandler(
            (exception, arguments) -> {
              exception.getCommandLine().getErr().println(exception.getMessage());
              CommandLine.UnmatchedArgumentException.printSuggestions(
                  exception, exception.getCommandLine().getErr());
              exception.getCommandLine().getErr().println("try --help");
              return ExitCode.USAGE;
            });
  }

  private static IExecutionExceptionHandler oneLine() {
    return (exception, commandLine, parsed) -> {
      if (!isMistake(exception)) {
        throw exception;
      }
      commandLine.getErr().println("mocov3: " + exception.getMessage());
      return ExitCode.USAGE;
    };
  }

  private static boolean isMistake(Exception exception) {
    return Arrays.<Class<?>>asList(
            SettingsException.class, DataException.class, ModelException.class, RunException.class)
        .stream()
        .anyMatch(type -> type.isInstance(exception));
  }
}
