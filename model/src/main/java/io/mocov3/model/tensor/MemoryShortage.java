package io.mocov3.model.tensor;

import java.util.Optional;
import java.util.stream.Stream;

/** Tells whether memory, Java's or native, was what failed, and what to do about it. */
public final class MemoryShortage {
  private static final String NATIVE =
      ".*(DefaultCPUAllocator|out of memory|not enough memory|std::bad_alloc).*";

  private MemoryShortage() {}

  /** One line; empty when neither {@code thrown} nor what caused it is about memory. */
  public static Optional<String> line(Throwable thrown) {
    return Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
        .filter(MemoryShortage::isShortage)
        .reduce((outer, inner) -> inner)
        .map(NativeMessage::of)
        .map(message -> "out of memory (%s); %s".formatted(message, remedy(message)));
  }

  private static boolean isShortage(Throwable thrown) {
    return thrown instanceof OutOfMemoryError
        || (thrown instanceof RuntimeException && NativeMessage.of(thrown).matches(NATIVE));
  }

  private static String remedy(String message) {
    if (message.contains("native thread")) {
      return "lower data.workers or threads, or raise the limit of threads (ulimit -u)";
    }
    if (message.contains("CUDA")) {
      return "lower the batch size; method.memory-saver = true or step.micro-batches make training take less,"
          + " doctor forecasts what is needed";
    }
    return message.contains("heap") || message.contains("GC overhead")
        ? "raise it with MOCOV3_JAVA_OPTS=-Xmx4g, or lower data.batch-size or data.buffers"
        : "lower data.batch-size or take a smaller model, doctor forecasts what is needed";
  }
}
