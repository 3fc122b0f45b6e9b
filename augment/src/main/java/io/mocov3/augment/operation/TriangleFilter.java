package io.mocov3.augment.operation;

/**
 * Pillow's BILINEAR filter along one axis: for each output position the first input position, the
 * number of taps and their weights in 13-bit fixed point, which sum up to 1 exactly. Arrays are
 * reused from call to call.
 */
final class TriangleFilter {
  int[] starts = new int[0];
  int[] counts = new int[0];
  long[] weights = new long[0];
  int taps;
  private double[] row = new double[0];

  /** Prepares the filter from inputs to outputs positions; widths grow as the image shrinks. */
  void prepare(int inputs, int outputs) {
    double scale = (double) inputs / outputs;
    double support = Math.max(1, scale);
    taps = 2 * (int) Math.ceil(support) + 1;
    reserve(outputs);
    for (int out = 0; out < outputs; out++) {
      double centre = (out + 0.5) * scale;
      int start = Math.max(0, (int) (centre - support + 0.5));
      int count = Math.min(inputs, (int) (centre + support + 0.5)) - start;
      double sum = 0;
      for (int k = 0; k < count; k++) {
        row[k] = Math.max(0, 1 - Math.abs((k + start - centre + 0.5) / support));
        sum += row[k];
      }
      quantize(out * taps, count, sum);
      starts[out] = start;
      counts[out] = count;
    }
  }

  /** What rounding takes or gives goes to the largest weight. */
  private void quantize(int at, int count, double sum) {
    long left = PackedPixels.ONE;
    int largest = 0;
    for (int k = 0; k < count; k++) {
      weights[at + k] = (long) (0.5 + row[k] / sum * PackedPixels.ONE);
      left -= weights[at + k];
      largest = row[k] > row[largest] ? k : largest;
    }
    weights[at + largest] += left;
  }

  private void reserve(int outputs) {
    if (starts.length < outputs) {
      starts = new int[outputs];
      counts = new int[outputs];
    }
    if (weights.length < outputs * taps) {
      weights = new long[outputs * taps];
    }
    if (row.length < taps) {
      row = new double[taps];
    }
  }
}
