package io.mocov3.model.distributed;

/** A rank cannot be reached any more: nothing can be computed together from now on. */
public final class GroupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public GroupException(String message, Throwable cause) {
    super(message, cause);
  }
}
