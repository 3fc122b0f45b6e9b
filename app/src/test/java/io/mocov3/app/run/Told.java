package io.mocov3.app.run;

import io.mocov3.actors.events.Progress;
import io.mocov3.metrics.Signal;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.step.GradientNorms;
import io.mocov3.model.step.Rates;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Events as a training tells them. */
public final class Told {
  private Told() {}

  /** A step of a second with one image. */
  public static Progress.StepCompleted step(long step, double loss) {
    return new Progress.StepCompleted(
        step, step / 10.0, 1, loss, new Rates(1e-4, 0.99), Duration.ofSeconds(1));
  }

  public static Progress.KnnMeasured knn(long step, int k, String source, double accuracy) {
    return new Progress.KnnMeasured(
        step, List.of(new KnnAccuracy("test", k, 0.07, source, accuracy)));
  }

  /** The same norm in every layer. */
  public static Progress.GradientsMeasured gradients(long step, List<String> layers, double norm) {
    List<Double> same = layers.stream().map(layer -> norm).toList();
    return new Progress.GradientsMeasured(step, new GradientNorms(layers, same, same));
  }

  public static Progress.HealthMeasured health(long step) {
    Map<Signal, Double> signals = new EnumMap<>(Signal.class);
    for (Signal signal : Signal.values()) {
      signals.put(signal, 0.1 * signal.key().length());
    }
    return new Progress.HealthMeasured(step, signals);
  }
}
