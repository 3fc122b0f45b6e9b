package io.mocov3.augment;

/**
 * Hue shift through Pillow's 8-bit HSV: h = floor(255 turn), s = floor(255 (max - min) / max), v =
 * max; the shift is trunc(255 factor), added modulo 256. A factor of 0 still loses precision.
 */
final class Hue {
  private static final int[] SECTOR = new int[256];
  private static final double[] FRACTION = new double[256];

  /** Saturation by (max - min, max) and the smallest channel by (saturation, value). */
  private static final byte[] SATURATION = new byte[1 << 16];

  private static final byte[] SMALLEST = new byte[1 << 16];

  static {
    for (int max = 1; max < 256; max++) {
      for (int range = 0; range <= max; range++) {
        SATURATION[range << 8 | max] = (byte) (int) ((float) range / max * 255.0);
      }
    }
    for (int saturation = 0; saturation < 256; saturation++) {
      for (int value = 0; value < 256; value++) {
        double s = (float) (saturation / 255.0);
        SMALLEST[saturation << 8 | value] = (byte) (int) (value * (1.0 - s) + 0.5);
      }
    }
    for (int h = 0; h < 256; h++) {
      double position = (float) h * 6.0 / 255.0;
      SECTOR[h] = (int) Math.floor(position) % 6;
      FRACTION[h] = (float) (position - Math.floor(position));
    }
  }

  private Hue() {}

  static void apply(byte[] rgb, int length, double factor) {
    int shift = (int) (factor * 255) & 0xFF;
    for (int i = 0; i < length; i += 3) {
      int r = rgb[i] & 0xFF;
      int g = rgb[i + 1] & 0xFF;
      int b = rgb[i + 2] & 0xFF;
      int max = Math.max(r, Math.max(g, b));
      int min = Math.min(r, Math.min(g, b));
      int saturation = SATURATION[(max - min) << 8 | max] & 0xFF;
      if (saturation == 0) {
        rgb[i] = (byte) max;
        rgb[i + 1] = (byte) max;
        rgb[i + 2] = (byte) max;
      } else {
        int hue = (hue(r, g, b, max, min) + shift) & 0xFF;
        write(rgb, i, hue, saturation, max);
      }
    }
  }

  private static int hue(int r, int g, int b, int max, int min) {
    float range = max - min;
    float sixths;
    if (r == max) {
      sixths = (max - b) / range - (max - g) / range;
    } else if (g == max) {
      sixths = (float) (2.0 + (max - r) / range - (max - b) / range);
    } else {
      sixths = (float) (4.0 + (max - g) / range - (max - r) / range);
    }
    double turn = sixths / 6.0 + 1.0;
    return (int) ((float) (turn >= 1 ? turn - 1 : turn) * 255.0);
  }

  private static void write(byte[] rgb, int i, int hue, int saturation, int value) {
    double s = (float) (saturation / 255.0);
    double f = FRACTION[hue];
    byte v = (byte) value;
    byte p = SMALLEST[saturation << 8 | value];
    // between the largest and the smallest channel: falling in odd sectors, rising in even ones
    double distance = (SECTOR[hue] & 1) == 1 ? f : 1.0 - f;
    byte m = (byte) (int) (value * (1.0 - s * distance) + 0.5);
    switch (SECTOR[hue]) {
      case 0 -> set(rgb, i, v, m, p);
      case 1 -> set(rgb, i, m, v, p);
      case 2 -> set(rgb, i, p, v, m);
      case 3 -> set(rgb, i, p, m, v);
      case 4 -> set(rgb, i, m, p, v);
      default -> set(rgb, i, v, p, m);
    }
  }

  private static void set(byte[] rgb, int i, byte r, byte g, byte b) {
    rgb[i] = r;
    rgb[i + 1] = g;
    rgb[i + 2] = b;
  }
}
