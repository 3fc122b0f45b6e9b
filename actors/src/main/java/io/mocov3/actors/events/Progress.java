package io.mocov3.actors.events;

import io.mocov3.metrics.Signal;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.metrics.TrainingMetrics.LinearAccuracy;
import io.mocov3.model.stability.Spike.Crossing;
import io.mocov3.model.step.GradientNorms;
import io.mocov3.model.step.Rates;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What steps did, and what was measured of them. Steps are counted from 1. */
public sealed interface Progress extends TrainingEvent {

  /** Training begins, or goes on, after {@code step} completed steps of {@code steps}. */
  record Started(long step, long steps) implements Progress {}

  /** {@code epoch} is fractional, {@code duration} the wall time. */
  record StepCompleted(
      long step, double epoch, int images, double loss, Rates rates, Duration duration)
      implements Progress {

    public double imagesPerSecond() {
      return images / (duration.toNanos() / 1e9);
    }
  }

  /** The ids of the samples of one step, in the order of the batch. */
  record SamplesSeen(long step, List<String> ids) implements Progress {}

  /** The gradients of one step, also of one whose update was not applied. */
  record GradientsMeasured(long step, GradientNorms norms) implements Progress {}

  /** Gradients that crossed their bounds at this step. */
  record LayersCrossed(long step, List<Crossing> crossings) implements Progress {}

  /** What a batch told about the representation without labels. */
  record HealthMeasured(long step, Map<Signal, Double> signals) implements Progress {}

  /** The accuracies of one kNN probe. */
  record KnnMeasured(long step, List<KnnAccuracy> accuracies) implements Progress {}

  /** The accuracy of one linear probe. */
  record LinearMeasured(long step, LinearAccuracy accuracy) implements Progress {}

  /** To be kept for a replay. */
  record CapsuleFilled(Capsule capsule) implements Progress {}
}
