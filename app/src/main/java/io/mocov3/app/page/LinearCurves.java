package io.mocov3.app.page;

import io.mocov3.metrics.TrainingMetrics.LinearAccuracy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The curves of the linear probes of a run, one for each set. */
final class LinearCurves {
  private final Map<String, Points> curves = new LinkedHashMap<>();

  void add(long step, LinearAccuracy told) {
    curves
        .computeIfAbsent(told.probe(), probe -> new Points())
        .add(step, Map.of("accuracy", told.accuracy()));
  }

  List<Map<String, Object>> trees() {
    return curves.entrySet().stream().map(e -> tree(e.getKey(), e.getValue())).toList();
  }

  private static Map<String, Object> tree(String probe, Points points) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("probe", probe);
    tree.put("steps", points.steps());
    tree.put("accuracy", points.values().get("accuracy"));
    return tree;
  }
}
