package io.mocov3.augment;

/** m + (p - m) * factor, where m is the mean of the grayscale image, rounded half up. */
final class Contrast {
  private Contrast() {}

  static void apply(byte[] rgb, int length, double factor, byte[] table) {
    long sum = 0;
    for (int i = 0; i < length; i += 3) {
      sum += Grayscale.luma(rgb, i);
    }
    int mean = (int) (sum / (length / 3.0) + 0.5);
    Blend.withConstant(rgb, length, mean, factor, table);
  }
}
