package io.mocov3.augment.operation;

/** Inverts the values at or above a threshold. */
public final class Solarize {
  public static final int THRESHOLD = 128;

  private Solarize() {}

  /** Packed pixels, in place. */
  public static void apply(int[] pixels, int length, int threshold) {
    for (int i = 0; i < length; i++) {
      int pixel = pixels[i];
      int red = (threshold - 1 - (pixel & 0xFF)) >> 31;
      int green = (threshold - 1 - ((pixel >>> 8) & 0xFF)) >> 31;
      int blue = (threshold - 1 - ((pixel >>> 16) & 0xFF)) >> 31;
      pixels[i] = pixel ^ ((red & 0xFF) | (green & 0xFF00) | (blue & 0xFF0000));
    }
  }
}
