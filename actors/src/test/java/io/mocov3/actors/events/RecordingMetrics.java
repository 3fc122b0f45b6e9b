package io.mocov3.actors.events;

import io.mocov3.metrics.TrainingMetrics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Remembers what failed and forgets the rest. */
public class RecordingMetrics implements TrainingMetrics {
  public final List<String> undecodable = new CopyOnWriteArrayList<>();
  public final List<Reason> skipped = new CopyOnWriteArrayList<>();
  public final List<Reason> rollbacks = new CopyOnWriteArrayList<>();
  public final AtomicInteger dips = new AtomicInteger();
  public final List<String> failedActors = new CopyOnWriteArrayList<>();
  public final AtomicInteger checkpointFailures = new AtomicInteger();
  public final List<Boolean> availability = new CopyOnWriteArrayList<>();

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
  public void updateSkipped(Reason reason) {
    skipped.add(reason);
  }

  @Override
  public void rolledBack(Reason reason) {
    rollbacks.add(reason);
  }

  @Override
  public void dip() {
    dips.incrementAndGet();
  }

  @Override
  public void health(HealthSignal signal, double value) {}

  @Override
  public void knnQueueAge(long steps) {}

  @Override
  public void knnAccuracy(KnnAccuracy accuracy) {}

  @Override
  public void evaluationCompleted(String probe, Duration duration) {}

  @Override
  public void pipelineStage(PipelineStage stage, Duration duration) {}

  @Override
  public void pipelineQueueDepth(PipelineStage stage, int depth) {}

  @Override
  public void imageUndecodable(String reason) {
    undecodable.add(reason);
  }

  @Override
  public void checkpointPhase(CheckpointPhase phase, Duration duration) {}

  @Override
  public void checkpointSucceeded(long bytes) {}

  @Override
  public void checkpointFailed() {
    checkpointFailures.incrementAndGet();
  }

  @Override
  public void checkpointPruneFailed() {}

  @Override
  public void logLinesWaiting(String file, long lines) {}

  @Override
  public void logWriteFailed(String file) {}

  @Override
  public void logLinesDropped(String file, long lines) {}

  @Override
  public void dataAvailable(boolean available) {
    availability.add(available);
  }

  @Override
  public void actorFailed(String actor) {
    failedActors.add(actor);
  }
}
