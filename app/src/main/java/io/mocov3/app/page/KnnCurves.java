package io.mocov3.app.page;

import io.mocov3.actors.evaluation.KnnProbe;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The kNN curves of a run, and the one number that a run is known by. */
final class KnnCurves {
  private final Map<Setting, Curve> curves = new LinkedHashMap<>();

  private record Setting(String probe, String source, int k, double temperature) {

    boolean isFull() {
      return source.equals(KnnProbe.SOURCE);
    }
  }

  private record Point(long step, double accuracy) {}

  /** Best and last are kept apart: points go when they grow too many. */
  private static final class Curve {
    private final Points points = new Points();
    private Point best = new Point(0, Double.NEGATIVE_INFINITY);
    private Point last = best;
  }

  void add(long step, KnnAccuracy told) {
    Setting setting = new Setting(told.probe(), told.source(), told.k(), told.temperature());
    Curve curve = curves.computeIfAbsent(setting, key -> new Curve());
    curve.points.add(step, Map.of("accuracy", told.accuracy()));
    curve.last = new Point(step, told.accuracy());
    curve.best = told.accuracy() > curve.best.accuracy() ? curve.last : curve.best;
  }

  List<Map<String, Object>> trees() {
    return curves.entrySet().stream().map(e -> tree(e.getKey(), e.getValue())).toList();
  }

  /** Best and last of the full probe, or of the live one where there is no other; largest k. */
  Map<String, Object> summary() {
    Comparator<Map.Entry<Setting, Curve>> fullThenLargestK =
        Comparator.<Map.Entry<Setting, Curve>, Boolean>comparing(e -> e.getKey().isFull())
            .thenComparingInt(e -> e.getKey().k());
    return curves.entrySet().stream()
        .reduce((one, other) -> fullThenLargestK.compare(other, one) > 0 ? other : one)
        .map(
            chosen -> {
              Map<String, Object> map = describe(chosen.getKey());
              map.put("best", point(chosen.getValue().best));
              map.put("last", point(chosen.getValue().last));
              return map;
            })
        .orElseGet(LinkedHashMap::new);
  }

  private static Map<String, Object> tree(Setting setting, Curve curve) {
    Map<String, Object> map = describe(setting);
    map.put("steps", curve.points.steps());
    map.put("accuracy", curve.points.values().get("accuracy"));
    return map;
  }

  private static Map<String, Object> describe(Setting setting) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("probe", setting.probe());
    map.put("source", setting.source());
    map.put("k", setting.k());
    map.put("temperature", setting.temperature());
    return map;
  }

  private static Map<String, Object> point(Point point) {
    return Map.of("step", point.step(), "accuracy", point.accuracy());
  }
}
