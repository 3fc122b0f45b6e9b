package io.mocov3.augment;

/** Inverts the values at or above a threshold. */
final class Solarize {
  static final int THRESHOLD = 128;

  private Solarize() {}

  static void apply(byte[] rgb, int length, int threshold) {
    for (int i = 0; i < length; i++) {
      int value = rgb[i] & 0xFF;
      rgb[i] = (byte) (value < threshold ? value : 255 - value);
    }
  }
}
