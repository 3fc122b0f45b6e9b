package io.mocov3.augment.operation;

/** g + (p - g) * factor, where g is the grayscale value of the pixel. */
final class Saturation {
  private Saturation() {}

  static void apply(Planes.Block block, double factor) {
    apply(block.red, block.green, block.blue, block.length, Blend.fixed(factor));
  }

  private static void apply(int[] red, int[] green, int[] blue, int length, int factor) {
    for (int i = 0; i < length; i++) {
      int grey = Grayscale.luma(red[i], green[i], blue[i]);
      red[i] = Blend.of(grey, red[i], factor);
      green[i] = Blend.of(grey, green[i], factor);
      blue[i] = Blend.of(grey, blue[i], factor);
    }
  }
}
