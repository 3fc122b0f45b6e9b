package io.mocov3.augment;

import java.util.Arrays;

/**
 * Pillow's GaussianBlur(sigma): three extended box filters along x, then three along y, whose
 * variance is sigma squared exactly (Gwosdek et al., 2011); edges replicated, 8 bits after each.
 */
final class GaussianBlur {
  private static final int PASSES = 3;

  private GaussianBlur() {}

  static void apply(byte[] rgb, int height, int width, double sigma, Scratch scratch) {
    if (sigma <= 0) {
      return;
    }
    Box box = Box.of(sigma);
    int length = 3 * width * height;
    int[] first = scratch.first(length);
    int[] second = scratch.second(length);
    // lines of equal x lie one after the other, so that a pass is a plain loop over a line
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from = 3 * (y * width + x);
        int to = 3 * (x * height + y);
        first[to] = rgb[from] & 0xFF;
        first[to + 1] = rgb[from + 1] & 0xFF;
        first[to + 2] = rgb[from + 2] & 0xFF;
      }
    }
    int[] sums = scratch.line(3 * Math.max(width, height));
    passes(first, second, width, 3 * height, box, sums);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from = 3 * (x * height + y);
        int to = 3 * (y * width + x);
        first[to] = second[from];
        first[to + 1] = second[from + 1];
        first[to + 2] = second[from + 2];
      }
    }
    passes(first, second, height, 3 * width, box, sums);
    for (int i = 0; i < length; i++) {
      rgb[i] = (byte) second[i];
    }
  }

  private static void passes(
      int[] first, int[] second, int lines, int length, Box box, int[] sums) {
    int[] in = first;
    int[] out = second;
    for (int pass = 0; pass < PASSES; pass++) {
      pass(in, out, lines, length, box, sums);
      int[] swap = in;
      in = out;
      out = swap;
    }
  }

  private static void pass(int[] in, int[] out, int lines, int length, Box box, int[] sums) {
    int last = lines - 1;
    Arrays.fill(sums, 0, length, 0);
    for (int k = -box.radius - 1; k < box.radius; k++) {
      add(in, length * Math.max(0, Math.min(last, k)), sums, length);
    }
    for (int at = 0; at < lines; at++) {
      int far = length * Math.max(0, at - box.radius - 1);
      int near = length * Math.min(last, at + box.radius);
      int beyond = length * Math.min(last, at + box.radius + 1);
      step(in, far, near, beyond, sums, out, at * length, length, box);
    }
  }

  private static void add(int[] in, int from, int[] sums, int length) {
    for (int i = 0; i < length; i++) {
      sums[i] += in[from + i];
    }
  }

  private static void step(
      int[] in,
      int far,
      int near,
      int beyond,
      int[] sums,
      int[] out,
      int to,
      int length,
      Box box) {
    int inner = box.inner;
    int edge = box.edge;
    for (int i = 0; i < length; i++) {
      int sum = sums[i] + in[near + i] - in[far + i];
      sums[i] = sum;
      int value = sum * inner + (in[far + i] + in[beyond + i]) * edge;
      out[to + i] = (value + (1 << 23)) >>> 24;
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
      int inner = (int) ((1 << 24) / (radius * 2 + 1));
      int edge = ((1 << 24) - ((int) radius * 2 + 1) * inner) / 2;
      return new Box((int) radius, inner, edge);
    }
  }
}
