package io.mocov3.model.exactness;

import java.nio.charset.StandardCharsets;

/**
 * Initial weights by formula: a SplitMix64 stream for each tensor, keyed by its name and a seed.
 */
final class FillFormula {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private FillFormula() {}

  static float[] values(String name, long seed, int size, double offset, double scale) {
    long base = fnv1a64(name) + seed;
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      long z = base + (i + 1) * GAMMA;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
      double u = (z >>> 40) / (double) (1 << 24);
      values[i] = (float) (offset + scale * (2 * u - 1));
    }
    return values;
  }

  private static long fnv1a64(String text) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    return hash;
  }
}
