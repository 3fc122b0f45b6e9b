package io.mocov3.app;

import java.util.stream.Collectors;

/** What libtorch and OpenCV say when they throw, without the frames of their C++ stack. */
final class NativeMessage {
  private static final String FRAMES = "(?s)(\\R\\s*)?(Exception raised from |frame #\\d+:).*";

  private NativeMessage() {}

  /** Whether it was thrown behind the bindings. */
  static boolean isNative(RuntimeException exception) {
    StackTraceElement[] trace = exception.getStackTrace();
    return trace.length > 0
        && trace[0].isNativeMethod()
        && trace[0].getClassName().startsWith("org.bytedeco.");
  }

  /** On one line. */
  static String of(RuntimeException exception) {
    String message =
        String.valueOf(exception.getMessage())
            .replaceFirst(FRAMES, "")
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .collect(Collectors.joining(" "));
    return message.matches(".*(out of|not enough|allocate) memory.*")
        ? message + "; lower data.batch-size or the size of the model"
        : message;
  }
}
