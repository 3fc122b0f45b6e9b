package io.mocov3.actors.stability;

/** There is nothing to go back to; the message is one line. */
public final class RollbackImpossibleException extends RuntimeException {
  public RollbackImpossibleException(String message) {
    super(message);
  }
}
