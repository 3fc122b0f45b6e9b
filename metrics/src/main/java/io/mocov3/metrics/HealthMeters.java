package io.mocov3.metrics;

import io.mocov3.metrics.TrainingMetrics.HealthSignal;
import java.util.EnumMap;
import java.util.Map;

/** A gauge for each signal of health. */
final class HealthMeters {
  private HealthMeters() {}

  static Map<HealthSignal, LateGauge> of(Meters meters) {
    Map<HealthSignal, LateGauge> gauges = new EnumMap<>(HealthSignal.class);
    for (HealthSignal signal : HealthSignal.values()) {
      gauges.put(
          signal,
          switch (signal) {
            case FEATURE_STD ->
                meters.gauge(
                    "mocov3.feature.std",
                    "Standard deviation of normalised features, mean over dimensions.");
            case ALIGNMENT ->
                meters.gauge("mocov3.alignment", "Squared distance of positive pairs.");
            case UNIFORMITY ->
                meters.gauge("mocov3.uniformity", "Logarithm of the mean Gaussian potential.");
            case EFFECTIVE_RANK ->
                meters.gauge("mocov3.effective.rank", "Effective rank of the features.");
            case POSITIVE_SIMILARITY ->
                meters.gauge("mocov3.positive.similarity", "Cosine of a query and its own key.");
            case NEGATIVE_SIMILARITY ->
                meters.gauge("mocov3.negative.similarity", "Cosine of a query and other keys.");
            case CONTRASTIVE_ACCURACY ->
                meters.gauge(
                    "mocov3.contrastive.accuracy.ratio", "Queries whose nearest key is their own.");
            case QUERY_KEY_DRIFT ->
                meters.gauge(
                    "mocov3.query.key.drift.ratio",
                    "Distance of the momentum encoder's weights from the base encoder's.");
          });
    }
    return gauges;
  }
}
