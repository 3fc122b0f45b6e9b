package io.mocov3.actors;

/** There is nothing to go back to; the message is one line. */
public final class RollbackImpossibleException extends RuntimeException {
  RollbackImpossibleException(String message) {
    super(message);
  }
}
