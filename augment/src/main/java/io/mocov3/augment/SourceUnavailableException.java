package io.mocov3.augment;

/**
 * The storage of a data set is not there: a mount that went away, a server that does not answer. It
 * may come back, and no image is bad for it. The message is one line with the place and the reason.
 */
public final class SourceUnavailableException extends DataException {
  private static final long serialVersionUID = 1L;

  public SourceUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
