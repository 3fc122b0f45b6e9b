package io.mocov3.augment.operation;

/**
 * Pillow's blend: from + (to - from) * factor, clipped to 0..255, fraction dropped. The factor has
 * 20 bits after the point, rounded up so that products which are whole stay whole.
 */
final class Blend {
  private static final int BITS = 20;

  private Blend() {}

  static int fixed(double factor) {
    return (int) Math.ceil(factor * (1 << BITS));
  }

  static int of(int from, int to, int factor) {
    return Math.max(0, Math.min(255, ((from << BITS) + (to - from) * factor) >> BITS));
  }

  /** Blends every value from one constant. */
  static void withConstant(Planes.Block block, int from, double factor) {
    withConstant(block.red, block.length, from, fixed(factor));
    withConstant(block.green, block.length, from, fixed(factor));
    withConstant(block.blue, block.length, from, fixed(factor));
  }

  private static void withConstant(int[] values, int length, int from, int factor) {
    for (int i = 0; i < length; i++) {
      values[i] = of(from, values[i], factor);
    }
  }
}
