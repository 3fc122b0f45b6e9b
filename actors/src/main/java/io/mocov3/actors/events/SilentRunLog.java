package io.mocov3.actors.events;

import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.evaluation.Health;
import io.mocov3.model.step.GradientNorms;
import java.nio.file.Path;
import java.util.List;

/** Keeps nothing; a base for those who want to hear of a few things only. */
public class SilentRunLog implements RunLog {

  @Override
  public void started(long step, long steps) {}

  @Override
  public void step(Step step) {}

  @Override
  public void samples(long step, List<String> ids) {}

  @Override
  public void knn(long step, KnnAccuracy accuracy) {}

  @Override
  public void gradients(long step, GradientNorms gradients) {}

  @Override
  public void health(long step, Health health) {}

  @Override
  public void event(StabilityEvent event) {}

  @Override
  public void capsule(Capsule capsule) {}

  @Override
  public void rolledBack(StabilityEvent.RolledBack event) {}

  @Override
  public void quarantined(Undecodable sample) {}

  @Override
  public void checkpointed(long step, Path path) {}

  @Override
  public void initialised(String line) {}

  @Override
  public void warning(String line) {}
}
