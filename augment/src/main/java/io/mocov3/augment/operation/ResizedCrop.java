package io.mocov3.augment.operation;

import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded.Image;

/**
 * Crop, then resize with Pillow's BILINEAR: a triangle filter that antialiases when it shrinks, two
 * passes, rounded to 8 bits between. Pixels outside the crop never count.
 *
 * <p>Both passes add up weighted lines, rows first, then, transposed, columns: lines vectorise.
 */
public final class ResizedCrop {
  /** Pixels that are taken from the image at once: huge images must not need huge arrays. */
  private static final int BAND = 1 << 18;

  private ResizedCrop() {}

  /** Fills the planes with height x width pixels. */
  public static void apply(
      Image image, Crop crop, int height, int width, Planes out, Scratch scratch) {
    if (crop.top() + crop.height() > image.rows() || crop.left() + crop.width() > image.width()) {
      throw new IllegalArgumentException(crop + " is not inside " + image);
    }
    scratch.vertical.prepare(crop.height(), height);
    scratch.horizontal.prepare(crop.width(), width);
    int[] shorter = scratch.second(height * crop.width());
    rows(image, crop, scratch, height, shorter);
    int[] turned = scratch.first(height * crop.width());
    scratch.transposed(shorter, height, crop.width(), turned);
    columns(turned, height, scratch, width, out);
  }

  private static void rows(Image image, Crop crop, Scratch scratch, int outputs, int[] out) {
    int length = crop.width();
    Canvas canvas = image.onCanvas();
    int band = Math.clamp(BAND / length, 1, crop.height());
    int[] pixels = scratch.first(band * length);
    LineReader reader =
        (line, wide) -> {
          int within = line % band;
          if (within == 0) {
            int height = Math.min(band, crop.height() - line);
            Crop rows = new Crop(crop.top() + line, crop.left(), height, length);
            scratch.read(canvas, image.width(), rows, pixels);
          }
          PackedPixels.spread(pixels, within * length, wide, length);
        };
    Lines lines = new Lines(reader, length, scratch.vertical, scratch);
    for (int y = 0; y < outputs; y++) {
      PackedPixels.narrow(lines.weighed(y), out, y * length, length);
    }
  }

  private static void columns(int[] in, int length, Scratch scratch, int outputs, Planes out) {
    LineReader reader = (line, wide) -> PackedPixels.spread(in, line * length, wide, length);
    Lines lines = new Lines(reader, length, scratch.horizontal, scratch);
    out.begin(outputs, length);
    for (int x = 0; x < outputs; x++) {
      out.put(x, lines.weighed(x));
    }
  }

  /** Fills a line of wide pixels; lines are asked for in rising order, each once. */
  private interface LineReader {
    void read(int line, long[] wide);
  }

  /** The lines of an image through a filter: those needed now are kept wide in a ring. */
  private static final class Lines {
    private final LineReader reader;
    private final int length;
    private final TriangleFilter filter;
    private final long[][] ring;
    private final long[] sums;
    private int next;

    Lines(LineReader reader, int length, TriangleFilter filter, Scratch scratch) {
      this.reader = reader;
      this.length = length;
      this.filter = filter;
      ring = scratch.ring(filter.taps, length);
      sums = scratch.sums(length);
    }

    /** The result at an output position; positions are asked for in rising order. */
    long[] weighed(int position) {
      int start = filter.starts[position];
      int count = filter.counts[position];
      for (; next < start + count; next++) {
        reader.read(next, ring[next & (ring.length - 1)]);
      }
      PackedPixels.weigh(ring, start, count, filter.weights, position * filter.taps, sums, length);
      return sums;
    }
  }
}
