package io.mocov3.app.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named values that are observed together now and then. When they grow too many, every other goes.
 */
final class Points {
  private static final int MOST = 2000;

  private final List<Long> steps = new ArrayList<>();
  private final Map<String, List<Double>> values = new LinkedHashMap<>();
  private long kept = 1;
  private long seen;

  void add(long step, Map<String, Double> observed) {
    if (seen++ % kept != 0) {
      return;
    }
    if (steps.size() == MOST) {
      thin(steps);
      values.values().forEach(Points::thin);
      kept *= 2;
    }
    steps.add(step);
    observed.forEach(
        (name, value) -> values.computeIfAbsent(name, key -> new ArrayList<>()).add(value));
  }

  private static void thin(List<?> list) {
    for (int i = list.size() - 1; i > 0; i -= 2) {
      list.remove(i);
    }
  }

  List<Long> steps() {
    return List.copyOf(steps);
  }

  Map<String, List<Double>> values() {
    Map<String, List<Double>> copy = new LinkedHashMap<>();
    values.forEach((name, list) -> copy.put(name, new ArrayList<>(list)));
    return copy;
  }
}
