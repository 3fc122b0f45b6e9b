package io.mocov3.augment.operation;

/**
 * Hue shift through Pillow's 8-bit HSV: h = floor(255 turn), s = floor(255 (max - min) / max), v =
 * max; the shift is trunc(255 factor), added modulo 256. A factor of 0 still loses precision.
 *
 * <p>Holds what lies between its loops, for one thread. Without branches and tables, and in loops
 * so short that the JIT unrolls and vectorises them.
 */
final class Hue {
  private static final int CYAN = 765;
  private static final int MAGENTA = 1275;
  private static final int YELLOW = 255;

  private int[] max = new int[0];
  private int[] range = new int[0];
  private int[] distance = new int[0];
  private int[] hue = new int[0];

  void apply(Planes.Block block, double factor) {
    int n = block.length;
    resize(n);
    largest(block.red, block.green, block.blue, max, n);
    ranges(block.red, block.green, block.blue, max, range, n);
    distances(block.red, block.green, block.blue, max, distance, n);
    sectors(block.red, block.green, max, distance, hue, n);
    hues(hue, distance, range, n);
    shift(hue, (int) (factor * 255) & 0xFF, n);
    int[] saturation = range;
    saturations(range, max, saturation, n);
    channel(hue, CYAN, saturation, max, block.red, n);
    channel(hue, MAGENTA, saturation, max, block.green, n);
    channel(hue, YELLOW, saturation, max, block.blue, n);
  }

  private void resize(int pixels) {
    if (max.length < pixels) {
      max = new int[pixels];
      range = new int[pixels];
      distance = new int[pixels];
      hue = new int[pixels];
    }
  }

  private static void largest(int[] red, int[] green, int[] blue, int[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = Math.max(red[i], Math.max(green[i], blue[i]));
    }
  }

  private static void ranges(int[] red, int[] green, int[] blue, int[] max, int[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = max[i] - Math.min(red[i], Math.min(green[i], blue[i]));
    }
  }

  /** The difference of the two channels that are not the largest. */
  private static void distances(int[] red, int[] green, int[] blue, int[] max, int[] out, int n) {
    for (int i = 0; i < n; i++) {
      int r = red[i];
      int g = green[i];
      int b = blue[i];
      int notRed = (r - max[i]) >> 31;
      int notGreen = (g - max[i]) >> 31;
      int rest = (notGreen & (r - g)) | (~notGreen & (b - r));
      out[i] = (notRed & rest) | (~notRed & (g - b));
    }
  }

  /** Where on the circle of six the largest channel stands; red with blue beside it at 6. */
  private static void sectors(int[] red, int[] green, int[] max, int[] distance, int[] out, int n) {
    for (int i = 0; i < n; i++) {
      int notRed = (red[i] - max[i]) >> 31;
      int notGreen = (green[i] - max[i]) >> 31;
      out[i] = (notRed & (2 + (notGreen & 2))) + (~notRed & (distance[i] >> 31) & 6);
    }
  }

  /** In place: sector to hue. */
  private static void hues(int[] hue, int[] distance, int[] range, int n) {
    for (int i = 0; i < n; i++) {
      float sixths = (float) hue[i] + (float) distance[i] / (float) Math.max(range[i], 1);
      hue[i] = (int) (sixths * 42.5f);
    }
  }

  /** In place: the hue shifted, times 6. */
  private static void shift(int[] hue, int shift, int n) {
    for (int i = 0; i < n; i++) {
      hue[i] = ((hue[i] + shift) & 0xFF) * 6;
    }
  }

  private static void saturations(int[] range, int[] max, int[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = (int) ((float) range[i] * 255f / (float) Math.max(max[i], 1));
    }
  }

  /**
   * A channel is v (1 - s a): a is 1 up to a sixth of the circle from the hue opposite to it and
   * falls to 0 within another sixth. Hues are in 0..1530.
   */
  private static void channel(
      int[] hue, int opposite, int[] saturation, int[] value, int[] out, int n) {
    for (int i = 0; i < n; i++) {
      int distance = Math.abs(hue[i] - opposite);
      int a = Math.max(0, Math.min(255, 510 - Math.min(distance, 1530 - distance)));
      int kept = value[i] * (65025 - saturation[i] * a);
      // 16513 / 2^22 is 256 / 65025
      out[i] = ((kept >> 8) * 16513 + (1 << 21)) >>> 22;
    }
  }
}
