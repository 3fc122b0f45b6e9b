package io.mocov3.augment.policy;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A square image on the heap, (side, side, 3) RGB uint8, changed in place. One for each thread. */
final class Raster {
  private static final int CHANNELS = 3;
  private static final ThreadLocal<Raster> OF_THREAD = ThreadLocal.withInitial(Raster::new);

  private byte[] pixels = new byte[0];
  private byte[] other = new byte[0];
  private int side;

  private Raster() {}

  static Raster ofThread() {
    return OF_THREAD.get();
  }

  /** Takes the image of a slot. */
  Raster read(ByteBuffer slot, int newSide) {
    side = newSide;
    if (pixels.length != CHANNELS * side * side) {
      pixels = new byte[CHANNELS * side * side];
      other = new byte[pixels.length];
    }
    slot.duplicate().clear().get(pixels);
    return this;
  }

  void write(ByteBuffer slot) {
    slot.duplicate().clear().put(pixels);
  }

  int side() {
    return side;
  }

  int at(int y, int x, int channel) {
    return pixels[CHANNELS * (y * side + x) + channel] & 0xFF;
  }

  void set(int y, int x, int channel, int value) {
    pixels[CHANNELS * (y * side + x) + channel] = (byte) value;
  }

  /** Each value of a channel becomes what the table says. */
  void map(int channel, int[] table) {
    for (int i = channel; i < pixels.length; i += CHANNELS) {
      pixels[i] = (byte) table[pixels[i] & 0xFF];
    }
  }

  void map(int[] table) {
    for (int channel = 0; channel < CHANNELS; channel++) {
      map(channel, table);
    }
  }

  /** How often a channel has each value. */
  int[] histogram(int channel) {
    int[] counts = new int[256];
    for (int i = channel; i < pixels.length; i += CHANNELS) {
      counts[pixels[i] & 0xFF]++;
    }
    return counts;
  }

  /** Luma of a pixel, as Pillow's conversion to L. */
  int luma(int pixel) {
    int i = CHANNELS * pixel;
    int sum =
        19595 * (pixels[i] & 0xFF) + 38470 * (pixels[i + 1] & 0xFF) + 7471 * (pixels[i + 2] & 0xFF);
    return (sum + 0x8000) >> 16;
  }

  /** Away from the pixels' own luma, or towards it. */
  void blendFromLuma(double factor) {
    for (int pixel = 0; pixel < side * side; pixel++) {
      int from = luma(pixel);
      for (int i = CHANNELS * pixel; i < CHANNELS * (pixel + 1); i++) {
        pixels[i] = (byte) blend(from, pixels[i] & 0xFF, factor);
      }
    }
  }

  /** Away from one grey, or towards it. */
  void blendFrom(int grey, double factor) {
    int[] table = new int[256];
    Arrays.setAll(table, value -> blend(grey, value, factor));
    map(table);
  }

  /** Mean luma, rounded. */
  int meanLuma() {
    long sum = 0;
    for (int pixel = 0; pixel < side * side; pixel++) {
      sum += luma(pixel);
    }
    return (int) ((double) sum / ((long) side * side) + 0.5);
  }

  /** Away from a smoothed copy, or towards it; the outermost pixels have none and stay. */
  void blendFromSmooth(double factor) {
    System.arraycopy(pixels, 0, other, 0, pixels.length);
    int row = CHANNELS * side;
    for (int y = 1; y < side - 1; y++) {
      for (int i = y * row + CHANNELS; i < (y + 1) * row - CHANNELS; i++) {
        int sum = 4 * (other[i] & 0xFF);
        for (int line = i - row; line <= i + row; line += row) {
          sum += (other[line - CHANNELS] & 0xFF) + (other[line] & 0xFF);
          sum += other[line + CHANNELS] & 0xFF;
        }
        int smooth = (int) (sum / 13.0 + 0.5);
        pixels[i] = (byte) blend(smooth, other[i] & 0xFF, factor);
      }
    }
  }

  /**
   * Each pixel (x, y) becomes what was at (a x + b y + c, d x + e y + f), bilinear, in coordinates
   * whose pixels have their centres at halves; {@code fill} where that is outside.
   */
  void transform(double[] affine, int[] fill) {
    System.arraycopy(pixels, 0, other, 0, pixels.length);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        double fromX = affine[0] * (x + 0.5) + affine[1] * (y + 0.5) + affine[2];
        double fromY = affine[3] * (x + 0.5) + affine[4] * (y + 0.5) + affine[5];
        boolean inside = fromX >= 0 && fromX < side && fromY >= 0 && fromY < side;
        int to = CHANNELS * (y * side + x);
        for (int channel = 0; channel < CHANNELS; channel++) {
          int value = inside ? bilinear(fromX - 0.5, fromY - 0.5, channel) : fill[channel];
          pixels[to + channel] = (byte) value;
        }
      }
    }
  }

  private int bilinear(double x, double y, int channel) {
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    double upper = line(top, left, x - left, channel);
    double lower = top + 1 < side ? line(top + 1, left, x - left, channel) : upper;
    return (int) (upper + (lower - upper) * (y - top));
  }

  private double line(int y, int left, double share, int channel) {
    int row = Math.max(0, y) * side;
    int first = other[CHANNELS * (row + Math.max(0, left)) + channel] & 0xFF;
    int second = other[CHANNELS * (row + Math.min(side - 1, left + 1)) + channel] & 0xFF;
    return first + (second - first) * share;
  }

  /** Pillow's: the fraction is dropped. */
  private static int blend(int from, int to, double factor) {
    return Math.clamp((long) (from + (float) factor * (to - from)), 0, 255);
  }
}
