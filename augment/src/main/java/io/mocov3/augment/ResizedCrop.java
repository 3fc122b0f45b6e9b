package io.mocov3.augment;

import io.mocov3.augment.Decoded.Image;
import java.util.Arrays;

/**
 * Crop, then resize with Pillow's BILINEAR: a triangle filter that antialiases when it shrinks, two
 * passes, rounded to 8 bits between. Pixels outside the crop never count.
 */
final class ResizedCrop {
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
    int[] rows = scratch.first(crop.height() * length);
    for (int y = 0; y < crop.height(); y++) {
      int from = 3 * ((crop.top() + y) * image.width() + crop.left());
      across(image.pixels(), from, scratch.horizontal, width, rows, y * length);
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
    int[] rows = scratch.first(crop.height() * length);
    for (int y = 0; y < crop.height(); y++) {
      int from = 3 * ((crop.top() + y) * image.width() + crop.left());
      widen(image.pixels(), from, rows, y * length, length);
    }
    int[] sums = scratch.line(length);
    for (int y = 0; y < height; y++) {
      down(rows, length, scratch.vertical, y, sums);
      for (int i = 0; i < length; i++) {
        sums[i] >>= TriangleFilter.BITS;
      }
      across(sums, scratch.horizontal, width, out, y * 3 * width);
    }
  }

  private static void across(
      byte[] in, int from, TriangleFilter filter, int width, int[] out, int to) {
    for (int x = 0; x < width; x++) {
      int r = TriangleFilter.HALF;
      int g = TriangleFilter.HALF;
      int b = TriangleFilter.HALF;
      int at = from + 3 * filter.starts[x];
      int weight = x * filter.taps;
      for (int end = weight + filter.counts[x]; weight < end; weight++, at += 3) {
        int w = filter.weights[weight];
        r += w * (in[at] & 0xFF);
        g += w * (in[at + 1] & 0xFF);
        b += w * (in[at + 2] & 0xFF);
      }
      out[to + 3 * x] = r >> TriangleFilter.BITS;
      out[to + 3 * x + 1] = g >> TriangleFilter.BITS;
      out[to + 3 * x + 2] = b >> TriangleFilter.BITS;
    }
  }

  private static void across(int[] in, TriangleFilter filter, int width, byte[] out, int to) {
    for (int x = 0; x < width; x++) {
      int r = TriangleFilter.HALF;
      int g = TriangleFilter.HALF;
      int b = TriangleFilter.HALF;
      int at = 3 * filter.starts[x];
      int weight = x * filter.taps;
      for (int end = weight + filter.counts[x]; weight < end; weight++, at += 3) {
        int w = filter.weights[weight];
        r += w * in[at];
        g += w * in[at + 1];
        b += w * in[at + 2];
      }
      out[to + 3 * x] = (byte) (r >> TriangleFilter.BITS);
      out[to + 3 * x + 1] = (byte) (g >> TriangleFilter.BITS);
      out[to + 3 * x + 2] = (byte) (b >> TriangleFilter.BITS);
    }
  }

  private static void down(int[] rows, int length, TriangleFilter filter, int y, int[] sums) {
    Arrays.fill(sums, 0, length, TriangleFilter.HALF);
    for (int k = 0; k < filter.counts[y]; k++) {
      add(rows, (filter.starts[y] + k) * length, filter.weights[y * filter.taps + k], sums, length);
    }
  }

  private static void add(int[] rows, int from, int weight, int[] sums, int length) {
    for (int i = 0; i < length; i++) {
      sums[i] += weight * rows[from + i];
    }
  }

  private static void narrow(int[] sums, int length, byte[] out, int to) {
    for (int i = 0; i < length; i++) {
      out[to + i] = (byte) (sums[i] >> TriangleFilter.BITS);
    }
  }

  private static void widen(byte[] in, int from, int[] out, int to, int length) {
    for (int i = 0; i < length; i++) {
      out[to + i] = in[from + i] & 0xFF;
    }
  }
}
