package io.mocov3.actors;

import io.mocov3.model.tensor.MemoryShortage;
import java.util.Optional;

/** There was not enough memory, Java's or native; trying again would not help. */
public final class OutOfMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private OutOfMemoryException(String message, Throwable cause) {
    super(message, cause);
  }

  static OutOfMemoryException of(OutOfMemoryError error) {
    return new OutOfMemoryException(MemoryShortage.line(error).orElseThrow(), error);
  }

  /** What to tell of {@code thrown}; empty when neither it nor what caused it is about memory. */
  public static Optional<String> line(Throwable thrown) {
    return thrown instanceof OutOfMemoryException
        ? Optional.of(thrown.getMessage())
        : MemoryShortage.line(thrown);
  }
}
