package io.mocov3.augment;

import io.mocov3.augment.Decoded.Image;
import java.util.Arrays;

/**
 * Crop, then resize with Pillow's BILINEAR: a triangle filter that antialiases when it shrinks, two
 * passes, rounded to 8 bits between. Pixels outside the crop never count.
 */
final class ResizedCrop {
  /** Rows whose source and result fit into the first-level cache together. */
  private static final int BAND = 32;

  private ResizedCrop() {}

  /** Writes height x width x 3 bytes to the front of {@code out}. */
  static void apply(Image image, Crop crop, int height, int width, byte[] out, Scratch scratch) {
    if (crop.top() + crop.height() > image.height() || crop.left() + crop.width() > image.width()) {
      throw new IllegalArgumentException(crop + " is not inside " + image);
    }
    if (crop.height() == height && crop.width() == width) {
      copy(image, crop, out);
      return;
    }
    scratch.horizontal.prepare(crop.width(), width);
    scratch.vertical.prepare(crop.height(), height);
    double scaleX = (double) crop.width() / width;
    double scaleY = (double) crop.height() / height;
    if (scaleY > Math.max(1, 2 * scaleX - 1)) {
      verticalFirst(image, crop, height, width, out, scratch);
    } else {
      horizontalFirst(image, crop, height, width, out, scratch);
    }
  }

  private static void copy(Image image, Crop crop, byte[] out) {
    int length = 3 * crop.width();
    for (int y = 0; y < crop.height(); y++) {
      int from = 3 * ((crop.top() + y) * image.width() + crop.left());
      System.arraycopy(image.pixels(), from, out, y * length, length);
    }
  }

  private static void horizontalFirst(
      Image image, Crop crop, int height, int width, byte[] out, Scratch scratch) {
    int length = 3 * width;
    int[][] rows = scratch.first(crop.height(), length);
    for (int from = 0; from < crop.height(); from += BAND) {
      int to = Math.min(crop.height(), from + BAND);
      band(image, crop, from, to, scratch.horizontal, width, rows);
    }
    int[] sums = scratch.line(length);
    for (int y = 0; y < height; y++) {
      down(rows, length, scratch.vertical, y, sums);
      narrow(sums, length, out, y * length);
    }
  }

  private static void verticalFirst(
      Image image, Crop crop, int height, int width, byte[] out, Scratch scratch) {
    int length = 3 * crop.width();
    int[][] rows = scratch.first(crop.height(), length);
    for (int y = 0; y < crop.height(); y++) {
      widen(image.pixels(), offset(image, crop, y), rows[y], length);
    }
    int[] sums = scratch.line(Math.max(length, 3 * width));
    byte[] line = scratch.bytes(length);
    int[] across = scratch.second(1, 3 * width)[0];
    for (int y = 0; y < height; y++) {
      down(rows, length, scratch.vertical, y, sums);
      narrow(sums, length, line, 0);
      across(line, scratch.horizontal, width, across);
      for (int i = 0; i < 3 * width; i++) {
        out[3 * width * y + i] = (byte) across[i];
      }
    }
  }

  private static int offset(Image image, Crop crop, int y) {
    return 3 * ((crop.top() + y) * image.width() + crop.left());
  }

  /** Column by column, so that the weights stay in registers; the usual tap counts unrolled. */
  private static void band(
      Image image, Crop crop, int from, int to, TriangleFilter filter, int width, int[][] rows) {
    byte[] in = image.pixels();
    int stride = 3 * image.width();
    for (int x = 0; x < width; x++) {
      int at = offset(image, crop, from) + 3 * filter.starts[x];
      int weight = x * filter.taps;
      switch (filter.counts[x]) {
        case 2 -> two(in, at, stride, filter.weights, weight, rows, from, to, 3 * x);
        case 3 -> three(in, at, stride, filter.weights, weight, rows, from, to, 3 * x);
        case 4 -> four(in, at, stride, filter.weights, weight, rows, from, to, 3 * x);
        default -> {
          for (int y = from; y < to; y++) {
            pixel(in, at + (y - from) * stride, filter, x, rows[y]);
          }
        }
      }
    }
  }

  private static void two(
      byte[] in, int from, int stride, int[] w, int k, int[][] rows, int first, int last, int x) {
    int w0 = w[k];
    int w1 = w[k + 1];
    int at = from;
    for (int y = first; y < last; y++, at += stride) {
      int[] row = rows[y];
      for (int c = 0; c < 3; c++) {
        int sum = TriangleFilter.HALF + w0 * (in[at + c] & 0xFF) + w1 * (in[at + 3 + c] & 0xFF);
        row[x + c] = sum >> TriangleFilter.BITS;
      }
    }
  }

  private static void three(
      byte[] in, int from, int stride, int[] w, int k, int[][] rows, int first, int last, int x) {
    int w0 = w[k];
    int w1 = w[k + 1];
    int w2 = w[k + 2];
    int at = from;
    for (int y = first; y < last; y++, at += stride) {
      int[] row = rows[y];
      for (int c = 0; c < 3; c++) {
        int sum = TriangleFilter.HALF + w0 * (in[at + c] & 0xFF) + w1 * (in[at + 3 + c] & 0xFF);
        row[x + c] = (sum + w2 * (in[at + 6 + c] & 0xFF)) >> TriangleFilter.BITS;
      }
    }
  }

  private static void four(
      byte[] in, int from, int stride, int[] w, int k, int[][] rows, int first, int last, int x) {
    int w0 = w[k];
    int w1 = w[k + 1];
    int w2 = w[k + 2];
    int w3 = w[k + 3];
    int at = from;
    for (int y = first; y < last; y++, at += stride) {
      int[] row = rows[y];
      for (int c = 0; c < 3; c++) {
        int sum = TriangleFilter.HALF + w0 * (in[at + c] & 0xFF) + w1 * (in[at + 3 + c] & 0xFF);
        sum += w2 * (in[at + 6 + c] & 0xFF) + w3 * (in[at + 9 + c] & 0xFF);
        row[x + c] = sum >> TriangleFilter.BITS;
      }
    }
  }

  private static void pixel(byte[] in, int from, TriangleFilter filter, int x, int[] out) {
    int r = TriangleFilter.HALF;
    int g = TriangleFilter.HALF;
    int b = TriangleFilter.HALF;
    int weight = x * filter.taps;
    int at = from;
    for (int end = weight + filter.counts[x]; weight < end; weight++, at += 3) {
      int w = filter.weights[weight];
      r += w * (in[at] & 0xFF);
      g += w * (in[at + 1] & 0xFF);
      b += w * (in[at + 2] & 0xFF);
    }
    out[3 * x] = r >> TriangleFilter.BITS;
    out[3 * x + 1] = g >> TriangleFilter.BITS;
    out[3 * x + 2] = b >> TriangleFilter.BITS;
  }

  private static void across(byte[] in, TriangleFilter filter, int width, int[] out) {
    for (int x = 0; x < width; x++) {
      pixel(in, 3 * filter.starts[x], filter, x, out);
    }
  }

  private static void down(int[][] rows, int length, TriangleFilter filter, int y, int[] sums) {
    Arrays.fill(sums, 0, length, TriangleFilter.HALF);
    for (int k = 0; k < filter.counts[y]; k++) {
      add(rows[filter.starts[y] + k], filter.weights[y * filter.taps + k], sums, length);
    }
  }

  private static void add(int[] row, int weight, int[] sums, int length) {
    for (int i = 0; i < length; i++) {
      sums[i] += weight * row[i];
    }
  }

  private static void narrow(int[] sums, int length, byte[] out, int to) {
    for (int i = 0; i < length; i++) {
      out[to + i] = (byte) (sums[i] >> TriangleFilter.BITS);
    }
  }

  private static void widen(byte[] in, int from, int[] out, int length) {
    for (int i = 0; i < length; i++) {
      out[i] = in[from + i] & 0xFF;
    }
  }
}
