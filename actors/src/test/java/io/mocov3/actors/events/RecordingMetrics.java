package io.mocov3.actors.events;

import io.mocov3.metrics.NoMetrics;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Remembers what failed and forgets the rest. */
public class RecordingMetrics extends NoMetrics {
  public final List<String> undecodable = new CopyOnWriteArrayList<>();
  public final List<Reason> skipped = new CopyOnWriteArrayList<>();
  public final List<Reason> rollbacks = new CopyOnWriteArrayList<>();
  public final AtomicInteger dips = new AtomicInteger();
  public final List<String> failedActors = new CopyOnWriteArrayList<>();
  public final AtomicInteger checkpointFailures = new AtomicInteger();
  public final List<Boolean> availability = new CopyOnWriteArrayList<>();

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
  public void imageUndecodable(String reason) {
    undecodable.add(reason);
  }

  @Override
  public void checkpointFailed() {
    checkpointFailures.incrementAndGet();
  }

  @Override
  public void dataAvailable(boolean available) {
    availability.add(available);
  }

  @Override
  public void actorFailed(String actor) {
    failedActors.add(actor);
  }
}
