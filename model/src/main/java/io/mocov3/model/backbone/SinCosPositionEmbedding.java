package io.mocov3.model.backbone;

import org.bytedeco.pytorch.Tensor;

/**
 * The fixed 2-D table: D/4 frequencies {@code 10000^(-4i/D)}, in the order sin a, cos a, sin b, cos
 * b. As in the reference, a is the row of a token although its name there is w, and the class
 * token's row is zero (facts 1.3).
 */
public final class SinCosPositionEmbedding {
  private static final double TEMPERATURE = 10000;

  private SinCosPositionEmbedding() {}

  /** (1, patches + 1, D) in fp32; the first row, the class token's, is zero. */
  static Tensor tensor(int grid, int width) {
    return tensor(grid, grid, width);
  }

  /**
   * The same for {@code grid} patches a side spread evenly over an image of {@code whole} patches a
   * side: patch i is at {@code (i + 0.5) whole / grid - 0.5}.
   */
  static Tensor tensor(int grid, int whole, int width) {
    float[] table = table(grid, (double) whole / grid, width);
    return Tensor.create(table, 1, table.length / width, width);
  }

  /** Row-major. */
  public static float[] table(int grid, int width) {
    return table(grid, 1, width);
  }

  private static float[] table(int grid, double step, int width) {
    int quarter = width / 4;
    float[] table = new float[(grid * grid + 1) * width];
    for (int row = 0; row < grid; row++) {
      for (int column = 0; column < grid; column++) {
        int base = (row * grid + column + 1) * width;
        for (int i = 0; i < quarter; i++) {
          double omega = 1 / Math.pow(TEMPERATURE, (double) i / quarter);
          double y = (row + 0.5) * step - 0.5;
          double x = (column + 0.5) * step - 0.5;
          table[base + i] = (float) Math.sin(y * omega);
          table[base + quarter + i] = (float) Math.cos(y * omega);
          table[base + 2 * quarter + i] = (float) Math.sin(x * omega);
          table[base + 3 * quarter + i] = (float) Math.cos(x * omega);
        }
      }
    }
    return table;
  }
}
