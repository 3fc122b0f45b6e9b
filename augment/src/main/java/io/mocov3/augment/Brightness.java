package io.mocov3.augment;

/** p * factor, clipped, fraction dropped: a blend with black. */
final class Brightness {
  private Brightness() {}

  static void apply(byte[] rgb, int length, double factor, byte[] table) {
    Blend.withConstant(rgb, length, 0, factor, table);
  }
}
