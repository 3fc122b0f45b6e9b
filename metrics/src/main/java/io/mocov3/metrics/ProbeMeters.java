package io.mocov3.metrics;

import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.metrics.TrainingMetrics.LinearAccuracy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A gauge for each curve of a probe. */
final class ProbeMeters {
  private final Map<Labels, LateGauge> accuracies = new ConcurrentHashMap<>();
  private final Map<String, LateGauge> linear = new ConcurrentHashMap<>();
  private final Meters meters;

  private record Labels(String probe, int k, double temperature, String source) {}

  ProbeMeters(Meters meters) {
    this.meters = meters;
  }

  void set(KnnAccuracy accuracy) {
    Labels labels =
        new Labels(accuracy.probe(), accuracy.k(), accuracy.temperature(), accuracy.source());
    accuracies.computeIfAbsent(labels, this::gauge).set(accuracy.accuracy());
  }

  void set(LinearAccuracy accuracy) {
    linear
        .computeIfAbsent(
            accuracy.probe(),
            probe ->
                meters.gauge(
                    "mocov3.linear.probe.accuracy.ratio",
                    "Accuracy of the newest linear probe.",
                    "probe",
                    probe))
        .set(accuracy.accuracy());
  }

  private LateGauge gauge(Labels labels) {
    return meters.gauge(
        "mocov3.knn.accuracy.ratio",
        "Accuracy of the newest kNN probe.",
        "probe",
        labels.probe(),
        "k",
        Integer.toString(labels.k()),
        "temperature",
        Double.toString(labels.temperature()),
        "source",
        labels.source());
  }
}
