package io.mocov3.augment.operation;

/**
 * Pixels with their three channels side by side in one number, so that one multiplication weighs
 * all of them: 8 bits a channel in an int, 21 bits a channel in a long. 21 bits hold 255 x 8192 and
 * the half that rounds: weights have 13 bits and sum up to at most 8192.
 *
 * <p>Loops over arrays of one index each are what the JIT turns into vector instructions.
 */
final class PackedPixels {
  static final int WEIGHT_BITS = 13;
  static final int ONE = 1 << WEIGHT_BITS;

  private static final long LANES = 1L | 1L << 21 | 1L << 42;
  private static final long MASK = 0xFF * LANES;
  private static final long HALF = (ONE / 2) * LANES;

  private PackedPixels() {}

  /** 8-bit to 21-bit channels, from a place in an image to a line. */
  static void spread(int[] image, int from, long[] line, int length) {
    for (int i = 0; i < length; i++) {
      long pixel = image[from + i];
      line[i] = (pixel & 0xFF) | (pixel & 0xFF00) << 13 | (pixel & 0xFF0000) << 26;
    }
  }

  /** 21-bit to 8-bit channels, from a line to a place in an image. */
  static void narrow(long[] line, int[] image, int to, int length) {
    for (int i = 0; i < length; i++) {
      long pixel = line[i];
      image[to + i] =
          (int) ((pixel & 0xFF) | ((pixel >>> 13) & 0xFF00) | ((pixel >>> 26) & 0xFF0000));
    }
  }

  static void split(int[] pixels, int[] red, int[] green, int[] blue, int length) {
    for (int i = 0; i < length; i++) {
      int pixel = pixels[i];
      red[i] = pixel & 0xFF;
      green[i] = (pixel >>> 8) & 0xFF;
      blue[i] = (pixel >>> 16) & 0xFF;
    }
  }

  static void merge(int[] red, int[] green, int[] blue, int[] pixels, int length) {
    for (int i = 0; i < length; i++) {
      pixels[i] = red[i] | green[i] << 8 | blue[i] << 16;
    }
  }

  /** The sum of lines of a ring (a power of two of them) from {@code first} on, rounded. */
  static void weigh(
      long[][] ring, int first, int count, long[] weights, int at, long[] out, int length) {
    int mask = ring.length - 1;
    long[] a = ring[first & mask];
    switch (count) {
      case 1 -> one(a, weights[at], out, length);
      case 2 -> two(a, ring[(first + 1) & mask], weights[at], weights[at + 1], out, length);
      case 3 ->
          three(a, ring[(first + 1) & mask], ring[(first + 2) & mask], weights, at, out, length);
      default -> {
        // longer sums in one loop are no longer vectorised
        start(a, ring[(first + 1) & mask], weights[at], weights[at + 1], out, length);
        int k = 2;
        for (; k + 2 < count; k += 2) {
          long[] b = ring[(first + k + 1) & mask];
          add(ring[(first + k) & mask], b, weights[at + k], weights[at + k + 1], out, length);
        }
        if (k + 1 < count) {
          long[] b = ring[(first + k + 1) & mask];
          finish(ring[(first + k) & mask], b, weights[at + k], weights[at + k + 1], out, length);
        } else {
          finish(ring[(first + k) & mask], weights[at + k], out, length);
        }
      }
    }
  }

  /** [edge, inner, edge] over three lines, rounded. */
  static void box(long[] a, long[] b, long[] c, long inner, long edge, long[] out, int length) {
    for (int i = 0; i < length; i++) {
      out[i] = ((HALF + inner * b[i] + edge * (a[i] + c[i])) >>> WEIGHT_BITS) & MASK;
    }
  }

  /** [edge, inner, inner, inner, edge] over five lines, rounded. */
  static void box(
      long[] a,
      long[] b,
      long[] c,
      long[] d,
      long[] e,
      long inner,
      long edge,
      long[] out,
      int length) {
    for (int i = 0; i < length; i++) {
      long sum = HALF + inner * (b[i] + c[i] + d[i]) + edge * (a[i] + e[i]);
      out[i] = (sum >>> WEIGHT_BITS) & MASK;
    }
  }

  static void start(long[] a, long[] b, long u, long v, long[] sum, int length) {
    for (int i = 0; i < length; i++) {
      sum[i] = HALF + u * a[i] + v * b[i];
    }
  }

  static void add(long[] a, long[] b, long u, long v, long[] sum, int length) {
    for (int i = 0; i < length; i++) {
      sum[i] += u * a[i] + v * b[i];
    }
  }

  static void finish(long[] a, long u, long[] sum, int length) {
    for (int i = 0; i < length; i++) {
      sum[i] = ((sum[i] + u * a[i]) >>> WEIGHT_BITS) & MASK;
    }
  }

  private static void finish(long[] a, long[] b, long u, long v, long[] sum, int length) {
    for (int i = 0; i < length; i++) {
      sum[i] = ((sum[i] + u * a[i] + v * b[i]) >>> WEIGHT_BITS) & MASK;
    }
  }

  private static void one(long[] a, long u, long[] out, int length) {
    for (int i = 0; i < length; i++) {
      out[i] = ((HALF + u * a[i]) >>> WEIGHT_BITS) & MASK;
    }
  }

  private static void two(long[] a, long[] b, long u, long v, long[] out, int length) {
    for (int i = 0; i < length; i++) {
      out[i] = ((HALF + u * a[i] + v * b[i]) >>> WEIGHT_BITS) & MASK;
    }
  }

  private static void three(
      long[] a, long[] b, long[] c, long[] weights, int at, long[] out, int length) {
    long u = weights[at];
    long v = weights[at + 1];
    long w = weights[at + 2];
    for (int i = 0; i < length; i++) {
      out[i] = ((HALF + u * a[i] + v * b[i] + w * c[i]) >>> WEIGHT_BITS) & MASK;
    }
  }
}
