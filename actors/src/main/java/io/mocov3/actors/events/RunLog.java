package io.mocov3.actors.events;

import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.evaluation.Health;
import io.mocov3.model.step.GradientNorms;
import java.util.List;

/** What a run leaves behind for people and tools, besides metrics. Calls are short and ordered. */
public interface RunLog {

  /** One completed step; {@code step} counts completed steps, so the first is 1. */
  record Step(
      long step,
      double epoch,
      double loss,
      double learningRate,
      double momentum,
      double imagesPerSecond) {}

  /** Training begins, or goes on, after {@code step} completed steps. */
  void started(long step, long steps);

  void step(Step step);

  /** The ids of the samples of one step, in the order of the batch. */
  void samples(long step, List<String> ids);

  void knn(long step, KnnAccuracy accuracy);

  /** The gradients of one step, also of one whose update was not applied. */
  void gradients(long step, GradientNorms gradients);

  void health(long step, Health health);

  void event(StabilityEvent event);

  /** To be kept for a replay. */
  void capsule(Capsule capsule);

  /** Training goes back to {@code step}: what was told of later steps is no longer of this run. */
  void rolledBack(StabilityEvent.RolledBack event);

  void quarantined(Undecodable sample);

  void checkpointed(long step, java.nio.file.Path path);

  /** Where the first weights came from, in one line. */
  void initialised(String line);

  /** Something a person should read, in one line. */
  void warning(String line);
}
