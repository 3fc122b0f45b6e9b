package io.mocov3.app;

import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.Escaped;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.RunException;
import io.mocov3.augment.DataException;
import io.mocov3.model.IoReason;
import io.mocov3.model.ModelException;
import io.mocov3.model.distributed.GroupException;
import io.mocov3.model.tensor.MemoryShortage;
import io.mocov3.model.tensor.NativeMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import picocli.CommandLine;

/**
 * Ends a command in one line: a mistake of the user's with exit code 2, anything else with 3. With
 * {@code MOCOV3_STACK=1} the stack trace follows.
 */
final class Failures {
  private static final String STACK = "MOCOV3_STACK";

  private final boolean stack;

  private record Ending(int code, String line) {}

  Failures(boolean stack) {
    this.stack = stack;
  }

  static Failures ofEnvironment() {
    String value = System.getenv(STACK);
    return new Failures(value != null && !value.isEmpty() && !value.equals("0"));
  }

  int report(Throwable thrown, CommandLine command) {
    Throwable failure = unwrapped(thrown);
    Ending ending = ending(failure, command.getCommandSpec().name());
    PrintWriter err = command.getErr();
    err.println("mocov3: " + Escaped.text(ending.line()));
    if (stack) {
      thrown.printStackTrace(err);
    }
    err.flush();
    return ending.code();
  }

  private static Ending ending(Throwable failure, String command) {
    return MemoryShortage.line(failure)
        .map(line -> failed(command, line))
        .orElseGet(() -> other(failure, command));
  }

  private static Ending other(Throwable failure, String command) {
    return switch (failure) {
      case SettingsException e -> mistake(e.getMessage());
      case DataException e -> mistake(e.getMessage());
      case ModelException e -> mistake(e.getMessage());
      case GroupException e -> new Ending(ExitCode.INTERRUPTED, e.getMessage());
      case RunException e -> mistake(e.getMessage());
      case BatchFailedException e -> mistake(e.getMessage());
      case InvalidPathException e ->
          mistake("\"%s\" is not a path: %s".formatted(e.getInput(), e.getReason()));
      case NoSuchFileException e -> mistake(e.getFile() + ": " + IoReason.of(e));
      case AccessDeniedException e -> mistake(e.getFile() + ": " + IoReason.of(e));
      case NotDirectoryException e -> mistake(e.getFile() + ": " + IoReason.of(e));
      case FileSystemException e -> failed(command, e.getFile() + ": " + IoReason.of(e));
      case IOException e -> failed(command, IoReason.of(e));
      case StackOverflowError e ->
          failed(command, "the stack of Java is too small; raise it with MOCOV3_JAVA_OPTS=-Xss16m");
      case LinkageError e -> failed(command, "a library cannot be loaded: " + rootMessage(e));
      case RuntimeException e when NativeMessage.isNative(e) ->
          failed(command, NativeMessage.of(e));
      default ->
          failed(command, "unexpected " + described(failure) + "; " + STACK + "=1 shows where");
    };
  }

  private static Ending mistake(String line) {
    return new Ending(ExitCode.USAGE, line);
  }

  private static Ending failed(String command, String line) {
    return new Ending(ExitCode.FAILED, command + ": " + line);
  }

  private static Throwable unwrapped(Throwable thrown) {
    boolean wrapper =
        thrown instanceof CompletionException
            || thrown instanceof ExecutionException
            || thrown instanceof UncheckedIOException;
    return wrapper && thrown.getCause() != null ? unwrapped(thrown.getCause()) : thrown;
  }

  private static String described(Throwable failure) {
    String name = failure.getClass().getSimpleName();
    return failure.getMessage() == null
        ? name
        : name
            + ": "
            + failure.getMessage().lines().map(String::strip).collect(Collectors.joining(" "));
  }

  private static String rootMessage(Throwable failure) {
    return failure.getCause() == null ? described(failure) : rootMessage(failure.getCause());
  }
}
