package io.mocov3.app.settings;

/** A configuration that cannot be used; the message is one line naming key, value and rule. */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }

  public SettingsException(String message, Throwable cause) {
    super(message, cause);
  }
}
