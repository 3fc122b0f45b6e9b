package io.mocov3.augment;

/**
 * Hue shift through Pillow's 8-bit HSV: h = floor(255 turn), s = floor(255 (max - min) / max), v =
 * max; the shift is trunc(255 factor), added modulo 256. A factor of 0 still loses precision.
 */
final class Hue {
  private static final int[] SECTOR = new int[256];
  private static final double[] FRACTION = new double[256];

  static {
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
      int saturation = min == max ? 0 : (int) ((float) (max - min) / max * 255.0);
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
    byte p = (byte) (int) (value * (1.0 - s) + 0.5);
    byte q = (byte) (int) (value * (1.0 - s * f) + 0.5);
    byte t = (byte) (int) (value * (1.0 - s * (1.0 - f)) + 0.5);
    switch (SECTOR[hue]) {
      case 0 -> set(rgb, i, v, t, p);
      case 1 -> set(rgb, i, q, v, p);
      case 2 -> set(rgb, i, p, v, t);
      case 3 -> set(rgb, i, p, q, v);
      case 4 -> set(rgb, i, t, p, v);
      default -> set(rgb, i, v, p, q);
    }
  }

  private static void set(byte[] rgb, int i, byte r, byte g, byte b) {
    rgb[i] = r;
    rgb[i + 1] = g;
    rgb[i + 2] = b;
  }
}
