package io.mocov3.app.output;

import java.util.Locale;

/** Images a second as people read them: a large network on a CPU does less than one. */
public final class Rate {
  private Rate() {}

  public static String text(double imagesPerSecond) {
    String form = imagesPerSecond < 10 ? "%.2f images/s" : "%.0f images/s";
    return String.format(Locale.ROOT, form, imagesPerSecond);
  }
}
