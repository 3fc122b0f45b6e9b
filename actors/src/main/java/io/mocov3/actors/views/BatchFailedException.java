package io.mocov3.actors.views;

/** A batch could not be filled: a sample and all of its replacements are undecodable. */
public final class BatchFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BatchFailedException(String message) {
    super(message);
  }
}
