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
    float[] table = table(grid, width);
    return Tensor.create(table, 1, table.length / width, width);
  }

  /** The same, row-major. */
  public static float[] table(int grid, int width) {
    int quarter = width / 4;
    float[] table = new float[(grid * grid + 1) * width];
    for (int row = 0; row < grid; row++) {
      for (int column = 0; column < grid; column++) {
        int base = (row * grid + column + 1) * width;
        for (int i = 0; i < quarter; i++) {
          double omega = 1 / Math.pow(TEMPERATURE, (double) i / quarter);
          table[base + i] = (float) Math.sin(row * omega);
          table[base + quarter + i] = (float) Math.cos(row * omega);
          table[base + 2 * quarter + i] = (float) Math.sin(column * omega);
          table[base + 3 * quarter + i] = (float) Math.cos(column * omega);
        }
      }
    }
    return table;
  }
}
