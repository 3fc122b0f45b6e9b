package io.mocov3.augment.operation;

/**
 * Pillow's GaussianBlur(sigma): three extended box filters along x, then three along y, whose
 * variance is sigma squared exactly (Gwosdek et al., 2011); edges replicated, 8 bits after each.
 */
public final class GaussianBlur {
  private static final int PASSES = 3;

  private final int radius;
  private final int inner;
  private final int edge;

  private GaussianBlur(int radius, int inner, int edge) {
    this.radius = radius;
    this.inner = inner;
    this.edge = edge;
  }

  /** The blur whose boxes are [edge, inner x (2 radius + 1), edge] in 13-bit fixed point. */
  public static GaussianBlur of(double sigma) {
    double variance = sigma * sigma / PASSES;
    double length = Math.sqrt(12 * variance + 1);
    double whole = Math.floor((length - 1) / 2);
    double part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
    part /= 6 * (variance - (whole + 1) * (whole + 1));
    int inner = (int) Math.round(PackedPixels.ONE / ((whole + part) * 2 + 1));
    int wide = 2 * (int) whole + 1;
    int edge = Math.max(0, PackedPixels.ONE - wide * inner) / 2;
    return new GaussianBlur((int) whole, Math.min(inner, PackedPixels.ONE / wide), edge);
  }

  /**
   * Blurs across lines: packed pixels, {@code count} lines of {@code length} each, in place. The
   * three passes follow each other at the distance that they reach, so that only few lines of each
   * are alive.
   */
  public void apply(int[] pixels, int count, int length, Scratch scratch) {
    int reach = radius + 1;
    int kept = Scratch.powerOfTwo(2 * reach + 1);
    long[][] rings = scratch.ring(PASSES * kept, length);
    long[] sums = scratch.sums(length);
    for (int at = 0; at < count + PASSES * reach; at++) {
      if (at < count) {
        PackedPixels.spread(pixels, at * length, rings[at & (kept - 1)], length);
      }
      for (int pass = 0; pass < PASSES; pass++) {
        int done = at - (pass + 1) * reach;
        if (done >= 0 && done < count) {
          boolean last = pass == PASSES - 1;
          long[] out = last ? sums : rings[(pass + 1) * kept + (done & (kept - 1))];
          pass(rings, pass * kept, kept, done, count - 1, out, length);
          if (last) {
            PackedPixels.narrow(sums, pixels, done * length, length);
          }
        }
      }
    }
  }

  /** One line of one pass, from the ring that begins at {@code base}. */
  private void pass(long[][] rings, int base, int kept, int at, int last, long[] out, int length) {
    long[] centre = rings[base + (at & (kept - 1))];
    long[] above = line(rings, base, kept, at - 1, last);
    long[] below = line(rings, base, kept, at + 1, last);
    if (radius == 0) {
      PackedPixels.box(above, centre, below, inner, edge, out, length);
    } else if (radius == 1) {
      long[] top = line(rings, base, kept, at - 2, last);
      long[] bottom = line(rings, base, kept, at + 2, last);
      PackedPixels.box(top, above, centre, below, bottom, inner, edge, out, length);
    } else {
      long[] first = line(rings, base, kept, at - radius - 1, last);
      PackedPixels.start(first, centre, edge, inner, out, length);
      for (int k = 1; k <= radius; k++) {
        long[] over = line(rings, base, kept, at - k, last);
        long[] under = line(rings, base, kept, at + k, last);
        PackedPixels.add(over, under, inner, inner, out, length);
      }
      PackedPixels.finish(line(rings, base, kept, at + radius + 1, last), edge, out, length);
    }
  }

  private static long[] line(long[][] rings, int base, int kept, int at, int last) {
    return rings[base + (Math.clamp(at, 0, last) & (kept - 1))];
  }
}
