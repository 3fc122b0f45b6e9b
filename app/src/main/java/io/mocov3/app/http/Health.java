package io.mocov3.app.http;

/** Whether the daemon is well, and why. */
public record Health(boolean good, String reason) {

  public static Health good(String reason) {
    return new Health(true, reason);
  }

  public static Health bad(String reason) {
    return new Health(false, reason);
  }
}
