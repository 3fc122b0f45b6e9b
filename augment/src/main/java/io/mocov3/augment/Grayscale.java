package io.mocov3.augment;

/** ITU-R 601 luma in 16-bit fixed point, as Pillow's mode L, in all three channels. */
final class Grayscale {
  private Grayscale() {}

  static int luma(int r, int g, int b) {
    return (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
  }

  static int luma(byte[] rgb, int at) {
    return luma(rgb[at] & 0xFF, rgb[at + 1] & 0xFF, rgb[at + 2] & 0xFF);
  }

  static void apply(byte[] rgb, int length) {
    for (int i = 0; i < length; i += 3) {
      byte grey = (byte) luma(rgb, i);
      rgb[i] = grey;
      rgb[i + 1] = grey;
      rgb[i + 2] = grey;
    }
  }
}
