package io.mocov3.augment;

/**
 * A data set that cannot be used: the message is one line that names the path, the rule and what to
 * do about it.
 */
public sealed class DataException extends RuntimeException permits SourceUnavailableException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
