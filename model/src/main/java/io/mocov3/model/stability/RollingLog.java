package io.mocov3.model.stability;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The newest numbers of a series, with their median and spread. */
final class RollingLog {
  private final double[] ring;
  private final double[] sorted;
  private int size;
  private int next;

  RollingLog(int window) {
    ring = new double[window];
    sorted = new double[window];
  }

  int size() {
    return size;
  }

  void add(double value) {
    if (size == ring.length) {
      remove(ring[next]);
    }
    int at = Arrays.binarySearch(sorted, 0, size, value);
    int insert = at < 0 ? -at - 1 : at;
    System.arraycopy(sorted, insert, sorted, insert + 1, size - insert);
    sorted[insert] = value;
    size++;
    ring[next] = value;
    next = (next + 1) % ring.length;
  }

  private void remove(double value) {
    int at = Arrays.binarySearch(sorted, 0, size, value);
    System.arraycopy(sorted, at + 1, sorted, at, size - at - 1);
    size--;
  }

  double median() {
    return size % 2 == 1 ? sorted[size / 2] : (sorted[size / 2 - 1] + sorted[size / 2]) / 2;
  }

  /**
   * The median distance from {@code center}: both sides are sorted, so the nearest is taken each
   * time.
   */
  double medianDistance(double center) {
    int right = size / 2;
    int left = right - 1;
    double distance = 0;
    for (int taken = 0; taken <= size / 2; taken++) {
      double below = left >= 0 ? center - sorted[left] : Double.POSITIVE_INFINITY;
      double above = right < size ? sorted[right] - center : Double.POSITIVE_INFINITY;
      if (below <= above) {
        left--;
      } else {
        right++;
      }
      distance = Math.abs(Math.min(below, above));
    }
    return distance;
  }

  /** Oldest first. */
  List<Double> values() {
    List<Double> values = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      values.add(ring[Math.floorMod(next - size + i, ring.length)]);
    }
    return values;
  }
}
