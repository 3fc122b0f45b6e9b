package io.mocov3.actors;

import java.util.Optional;
import java.util.stream.Stream;

/** There was not enough memory, Java's or native; trying again would not help. */
public final class OutOfMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private OutOfMemoryException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Empty when neither {@code thrown} nor what caused it is about memory. */
  static Optional<OutOfMemoryException> of(Throwable thrown) {
    return Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
        .flatMap(cause -> line(cause).stream())
        .findFirst()
        .map(line -> new OutOfMemoryException(line, thrown));
  }

  private static Optional<String> line(Throwable thrown) {
    String message = String.valueOf(thrown.getMessage()).lines().findFirst().orElse("");
    if (thrown instanceof OutOfMemoryException) {
      return Optional.of(message);
    }
    if (thrown instanceof OutOfMemoryError) {
      boolean heap = message.contains("heap") || message.contains("GC overhead");
      return Optional.of(
          heap
              ? "out of memory: the Java heap is full; raise it with MOCOV3_JAVA_OPTS=-Xmx2g"
              : advised(message));
    }
    boolean natives =
        message.contains("DefaultCPUAllocator")
            || message.contains("out of memory")
            || message.contains("std::bad_alloc");
    return natives ? Optional.of(advised(message)) : Optional.empty();
  }

  private static String advised(String message) {
    return "out of memory (%s); lower data.batch-size or take a smaller model, doctor forecasts what is needed"
        .formatted(message);
  }
}
