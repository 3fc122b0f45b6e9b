package io.mocov3.augment;

import java.util.Arrays;

/**
 * Pillow's GaussianBlur(sigma): three extended box filters along x, then three along y, whose
 * variance is sigma squared exactly (Gwosdek et al., 2011); edges replicated, 8 bits after each.
 */
final class GaussianBlur {
  private static final int PASSES = 3;
  private static final int HALF = 1 << 23;

  private GaussianBlur() {}

  static void apply(byte[] rgb, int height, int width, double sigma, Scratch scratch) {
    if (sigma <= 0) {
      return;
    }
    Box box = Box.of(sigma);
    int longest = Math.max(height, width);
    int[][] first = scratch.first(longest, 3 * longest);
    int[][] second = scratch.second(longest, 3 * longest);
    int[] sums = scratch.line(3 * longest);
    for (int y = 0; y < height; y++) {
      columns(rgb, y, width, first);
    }
    passes(first, second, width, 3 * height, box, sums);
    for (int y = 0; y < height; y++) {
      row(second, y, width, first[y]);
    }
    passes(first, second, height, 3 * width, box, sums);
    for (int y = 0; y < height; y++) {
      narrow(second[y], 3 * width, rgb, 3 * width * y);
    }
  }

  /** Spreads one row over lines that hold a column each. */
  private static void columns(byte[] rgb, int y, int width, int[][] columns) {
    for (int x = 0; x < width; x++) {
      int from = 3 * (y * width + x);
      int[] column = columns[x];
      column[3 * y] = rgb[from] & 0xFF;
      column[3 * y + 1] = rgb[from + 1] & 0xFF;
      column[3 * y + 2] = rgb[from + 2] & 0xFF;
    }
  }

  private static void row(int[][] columns, int y, int width, int[] row) {
    for (int x = 0; x < width; x++) {
      int[] column = columns[x];
      row[3 * x] = column[3 * y];
      row[3 * x + 1] = column[3 * y + 1];
      row[3 * x + 2] = column[3 * y + 2];
    }
  }

  private static void passes(
      int[][] first, int[][] second, int lines, int length, Box box, int[] sums) {
    pass(first, second, lines, length, box, sums);
    pass(second, first, lines, length, box, sums);
    pass(first, second, lines, length, box, sums);
  }

  private static void pass(int[][] in, int[][] out, int lines, int length, Box box, int[] sums) {
    int last = lines - 1;
    Arrays.fill(sums, 0, length, 0);
    for (int k = -box.radius - 1; k < box.radius; k++) {
      add(in[Math.clamp(k, 0, last)], sums, length);
    }
    for (int at = 0; at < lines; at++) {
      int[] far = in[Math.max(0, at - box.radius - 1)];
      int[] near = in[Math.min(last, at + box.radius)];
      int[] beyond = in[Math.min(last, at + box.radius + 1)];
      step(far, near, beyond, sums, out[at], length, box.inner, box.edge);
    }
  }

  private static void add(int[] line, int[] sums, int length) {
    for (int i = 0; i < length; i++) {
      sums[i] += line[i];
    }
  }

  private static void step(
      int[] far, int[] near, int[] beyond, int[] sums, int[] out, int length, int inner, int edge) {
    for (int i = 0; i < length; i++) {
      int sum = sums[i] + near[i] - far[i];
      sums[i] = sum;
      out[i] = (sum * inner + (far[i] + beyond[i]) * edge + HALF) >>> 24;
    }
  }

  private static void narrow(int[] line, int length, byte[] out, int to) {
    for (int i = 0; i < length; i++) {
      out[to + i] = (byte) line[i];
    }
  }

  /** The box [edge, inner x (2 radius + 1), edge] in 24-bit fixed point. */
  private record Box(int radius, int inner, int edge) {
    static Box of(double sigma) {
      float variance = (float) sigma * (float) sigma / PASSES;
      float length = (float) Math.sqrt(12.0 * variance + 1.0);
      float whole = (float) Math.floor((length - 1.0) / 2.0);
      float part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
      part /= 6 * (variance - (whole + 1) * (whole + 1));
      float radius = whole + part;
      int floor = (int) radius;
      int inner = (int) ((1 << 24) / (radius * 2 + 1));
      int edge = ((1 << 24) - (2 * floor + 1) * inner) / 2;
      return new Box(floor, inner, edge);
    }
  }
}
