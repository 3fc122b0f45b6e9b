package io.mocov3.app.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * A series over steps in a bounded number of bins: each keeps the smallest, the largest and the
 * mean of its values, so that a spike of one step stays visible among 100,000. When the steps
 * outgrow the bins, two become one.
 */
final class Bins {
  private final double[] smallest;
  private final double[] largest;
  private final double[] sum;
  private final int[] count;
  private long stride = 1;
  private int used;

  Bins(int capacity) {
    smallest = new double[capacity];
    largest = new double[capacity];
    sum = new double[capacity];
    count = new int[capacity];
  }

  /** {@code step} counts from 1. What is not finite is left out. */
  void add(long step, double value) {
    if (!Double.isFinite(value)) {
      return;
    }
    while ((step - 1) / stride >= count.length) {
      halve();
    }
    int bin = (int) ((step - 1) / stride);
    boolean first = count[bin] == 0;
    smallest[bin] = first ? value : Math.min(smallest[bin], value);
    largest[bin] = first ? value : Math.max(largest[bin], value);
    sum[bin] += value;
    count[bin]++;
    used = Math.max(used, bin + 1);
  }

  private void halve() {
    for (int bin = 0; bin < (count.length + 1) / 2; bin++) {
      merge(2 * bin, Math.min(2 * bin + 1, count.length - 1), bin);
    }
    Arrays.fill(count, (count.length + 1) / 2, count.length, 0);
    Arrays.fill(sum, (count.length + 1) / 2, count.length, 0);
    used = (used + 1) / 2;
    stride *= 2;
  }

  private void merge(int a, int b, int into) {
    boolean both = a != b && count[a] > 0 && count[b] > 0;
    int one = count[a] > 0 ? a : b;
    smallest[into] = both ? Math.min(smallest[a], smallest[b]) : smallest[one];
    largest[into] = both ? Math.max(largest[a], largest[b]) : largest[one];
    sum[into] = a == b ? sum[a] : sum[a] + sum[b];
    count[into] = a == b ? count[a] : count[a] + count[b];
  }

  /** Steps in a bin; bin i holds the steps {@code i * stride + 1} and on. */
  long stride() {
    return stride;
  }

  List<Float> smallest() {
    return values(bin -> smallest[bin]);
  }

  List<Float> largest() {
    return values(bin -> largest[bin]);
  }

  List<Float> mean() {
    return values(bin -> sum[bin] / count[bin]);
  }

  /** Null where a bin is empty. */
  private List<Float> values(IntToDoubleFunction value) {
    List<Float> values = new ArrayList<>(used);
    for (int bin = 0; bin < used; bin++) {
      values.add(count[bin] == 0 ? null : (float) value.applyAsDouble(bin));
    }
    return values;
  }
}
