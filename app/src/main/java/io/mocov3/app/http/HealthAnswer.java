package io.mocov3.app.http;

/** Whether the daemon is well, and why. */
public record HealthAnswer(boolean good, String reason) {

  public static HealthAnswer good(String reason) {
    return new HealthAnswer(true, reason);
  }

  public static HealthAnswer bad(String reason) {
    return new HealthAnswer(false, reason);
  }
}
