package io.mocov3.app.conf;

/** A configuration that cannot be used; the message is one line naming key, value and rule. */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }

  public SettingsException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Refuses a number of the command line that is out of range.
   *
   * @param option with its hyphens
   */
  public static void requireBetween(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw new SettingsException(
          "%s is %d; it must be between %d and %d".formatted(option, value, least, most));
    }
  }
}
