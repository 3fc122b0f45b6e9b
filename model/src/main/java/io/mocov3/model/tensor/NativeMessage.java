package io.mocov3.model.tensor;

import java.util.stream.Collectors;

/** What libtorch and OpenCV say when they throw, without the frames of their C++ stack. */
public final class NativeMessage {
  /** Where in Gloo's sources, as seen by whoever built it. */
  private static final String PLACES = "\\[/\\S+:\\d+\\] ";

  private static final String FRAMES = "(?s)(\\R\\s*)?(Exception raised from |frame #\\d+:).*";

  private NativeMessage() {}

  /** Whether it was thrown behind the bindings. */
  public static boolean isNative(RuntimeException exception) {
    StackTraceElement[] trace = exception.getStackTrace();
    return trace.length > 0
        && trace[0].isNativeMethod()
        && trace[0].getClassName().startsWith("org.bytedeco.");
  }

  /** On one line; that of any other exception too, or its name where it says nothing. */
  public static String of(Throwable exception) {
    if (exception.getMessage() == null) {
      return exception.getClass().getSimpleName();
    }
    return exception
        .getMessage()
        .replaceFirst(FRAMES, "")
        .replaceAll(PLACES, "")
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining(" "));
  }
}
