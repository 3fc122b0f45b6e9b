package io.mocov3.augment;

/** g + (p - g) * factor, where g is the grayscale value of the pixel. */
final class Saturation {
  private Saturation() {}

  static void apply(byte[] rgb, int length, double factor) {
    float alpha = (float) factor;
    for (int i = 0; i < length; i += 3) {
      int grey = Grayscale.luma(rgb, i);
      rgb[i] = Blend.of(grey, rgb[i] & 0xFF, alpha);
      rgb[i + 1] = Blend.of(grey, rgb[i + 1] & 0xFF, alpha);
      rgb[i + 2] = Blend.of(grey, rgb[i + 2] & 0xFF, alpha);
    }
  }
}
