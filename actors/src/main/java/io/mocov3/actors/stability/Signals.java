package io.mocov3.actors.stability;

import io.mocov3.metrics.Signal;
import io.mocov3.model.evaluation.Health;
import java.util.EnumMap;
import java.util.Map;

/** What was computed, under the names by which it is declared. */
final class Signals {
  private Signals() {}

  static Map<Signal, Double> of(Health health) {
    Map<Signal, Double> signals = new EnumMap<>(Signal.class);
    for (Signal signal : Signal.values()) {
      signals.put(signal, value(signal, health));
    }
    return signals;
  }

  private static double value(Signal signal, Health health) {
    return switch (signal) {
      case FEATURE_STD -> health.featureStd();
      case ALIGNMENT -> health.alignment();
      case UNIFORMITY -> health.uniformity();
      case EFFECTIVE_RANK -> health.effectiveRank();
      case POSITIVE_SIMILARITY -> health.positiveSimilarity();
      case NEGATIVE_SIMILARITY -> health.negativeSimilarity();
      case CONTRASTIVE_ACCURACY -> health.contrastiveAccuracy();
      case QUERY_KEY_DRIFT -> health.queryKeyDrift();
    };
  }
}
