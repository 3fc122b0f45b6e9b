package io.mocov3.augment;

/** Pillow's blend: from + (to - from) * factor in float, clipped to 0..255, fraction dropped. */
final class Blend {
  private Blend() {}

  static byte of(int from, int to, float factor) {
    float value = from + factor * (to - from);
    return (byte) Math.max(0, Math.min(255, (int) value));
  }

  /** Blends every value from one constant. */
  static void withConstant(byte[] rgb, int length, int from, double factor, byte[] table) {
    for (int value = 0; value < 256; value++) {
      table[value] = of(from, value, (float) factor);
    }
    for (int i = 0; i < length; i++) {
      rgb[i] = table[rgb[i] & 0xFF];
    }
  }
}
