package io.mocov3.augment;

import io.mocov3.augment.Decoded.Image;

/**
 * Crop, then resize with Pillow's BILINEAR: a triangle filter that antialiases when it shrinks, two
 * passes, rounded to 8 bits between. Pixels outside the crop never count.
 *
 * <p>Both passes add up weighted lines, rows first, then, transposed, columns: lines vectorise.
 */
final class ResizedCrop {
  private ResizedCrop() {}

  /** Fills the planes with height x width pixels. */
  static void apply(Image image, Crop crop, int height, int width, Planes out, Scratch scratch) {
    if (crop.top() + crop.height() > image.rows() || crop.left() + crop.width() > image.width()) {
      throw new IllegalArgumentException(crop + " is not inside " + image);
    }
    scratch.vertical.prepare(crop.height(), height);
    scratch.horizontal.prepare(crop.width(), width);
    int[] pixels = scratch.first(Math.max(crop.height(), height) * crop.width());
    scratch.read(image.onCanvas(), image.width(), crop, pixels);
    int[] shorter = scratch.second(height * crop.width());
    rows(pixels, crop.width(), scratch, height, shorter);
    scratch.transposed(shorter, height, crop.width(), pixels);
    columns(pixels, height, scratch, width, out);
  }

  private static void rows(int[] in, int length, Scratch scratch, int outputs, int[] out) {
    Lines lines = new Lines(in, length, scratch.vertical, scratch);
    for (int y = 0; y < outputs; y++) {
      PackedPixels.narrow(lines.weighed(y), out, y * length, length);
    }
  }

  private static void columns(int[] in, int length, Scratch scratch, int outputs, Planes out) {
    Lines lines = new Lines(in, length, scratch.horizontal, scratch);
    out.begin(outputs, length);
    for (int x = 0; x < outputs; x++) {
      out.put(x, lines.weighed(x));
    }
  }

  /** The lines of an image through a filter: those needed now are kept wide in a ring. */
  private static final class Lines {
    private final int[] in;
    private final int length;
    private final TriangleFilter filter;
    private final long[][] ring;
    private final long[] sums;
    private int next;

    Lines(int[] in, int length, TriangleFilter filter, Scratch scratch) {
      this.in = in;
      this.length = length;
      this.filter = filter;
      ring = scratch.ring(filter.taps, length);
      sums = scratch.sums(length);
    }

    /** The result at an output position; positions are asked for in rising order. */
    long[] weighed(int position) {
      int start = filter.starts[position];
      int count = filter.counts[position];
      for (next = Math.max(next, start); next < start + count; next++) {
        PackedPixels.spread(in, next * length, ring[next & (ring.length - 1)], length);
      }
      PackedPixels.weigh(ring, start, count, filter.weights, position * filter.taps, sums, length);
      return sums;
    }
  }
}
