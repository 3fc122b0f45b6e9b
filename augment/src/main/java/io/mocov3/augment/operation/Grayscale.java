package io.mocov3.augment.operation;

/** ITU-R 601 luma in 16-bit fixed point, as Pillow's mode L, in all three channels. */
public final class Grayscale {
  private Grayscale() {}

  static int luma(int r, int g, int b) {
    return (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
  }

  /** The sum of the luma of all pixels of a block. */
  static int sum(Planes.Block block) {
    return sum(block.red, block.green, block.blue, block.length);
  }

  private static int sum(int[] red, int[] green, int[] blue, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += luma(red[i], green[i], blue[i]);
    }
    return sum;
  }

  public static void apply(Planes planes) {
    for (int b = 0; b < planes.blocks(); b++) {
      Planes.Block block = planes.block(b);
      apply(block.red, block.green, block.blue, block.length);
    }
  }

  private static void apply(int[] red, int[] green, int[] blue, int length) {
    for (int i = 0; i < length; i++) {
      int grey = luma(red[i], green[i], blue[i]);
      red[i] = grey;
      green[i] = grey;
      blue[i] = grey;
    }
  }
}
