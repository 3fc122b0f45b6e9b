package io.mocov3.metrics;

import java.time.Duration;

/** Keeps nothing; who wants to hear of something in particular extends it. */
public class NoMetrics implements TrainingMetrics {
  public static final NoMetrics INSTANCE = new NoMetrics();

  protected NoMetrics() {}

  @Override
  public void started() {}

  @Override
  public void stepCompleted(Step step) {}

  @Override
  public void stage(Stage stage, Duration duration) {}

  @Override
  public void dataWaited(Duration duration) {}

  @Override
  public void keyStaleness(long steps) {}

  @Override
  public void gradient(String layer, double l2, double largest) {}

  @Override
  public void gradientSpike(String layer, long step) {}

  @Override
  public void updateSkipped(IncidentKind reason) {}

  @Override
  public void rolledBack(IncidentKind reason) {}

  @Override
  public void dip() {}

  @Override
  public void signal(Signal signal, double value) {}

  @Override
  public void knnQueueAge(long steps) {}

  @Override
  public void knnAccuracy(KnnAccuracy accuracy) {}

  @Override
  public void linearAccuracy(LinearAccuracy accuracy) {}

  @Override
  public void evaluationCompleted(String probe, Duration duration) {}

  @Override
  public void pipelineStage(PipelineStage stage, Duration duration) {}

  @Override
  public void pipelineQueueDepth(PipelineStage stage, int depth) {}

  @Override
  public void imageUndecodable(String reason) {}

  @Override
  public void checkpointPhase(CheckpointPhase phase, Duration duration) {}

  @Override
  public void checkpointSucceeded(long bytes) {}

  @Override
  public void checkpointFailed() {}

  @Override
  public void checkpointPruneFailed() {}

  @Override
  public void logLinesWaiting(String file, long lines) {}

  @Override
  public void logWriteFailed(String file) {}

  @Override
  public void logLinesDropped(String file, long lines) {}

  @Override
  public void dataAvailable(boolean available) {}

  @Override
  public void actorFailed(String actor) {}

  @Override
  public void lifecycle(LifecycleState state) {}
}
