package io.mocov3.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.mocov3.metrics.TrainingMetrics.CheckpointPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What becomes of checkpoints, and of the logs of the run. */
final class StorageMeters {
  private final Meters meters;
  private final Counter failures;
  private final Counter pruneFailures;
  private final Map<CheckpointPhase, Timer> phases;
  private final LateGauge bytes;
  private final LateGauge lastSuccess;
  private final Map<String, LogMeters> logs = new ConcurrentHashMap<>();

  StorageMeters(Meters meters) {
    this.meters = meters;
    failures =
        meters.counter("mocov3.checkpoint.failures", "Checkpoints that could not be written.");
    pruneFailures =
        meters.counter(
            "mocov3.checkpoint.prune.failures", "Checkpoints whose predecessors could not go.");
    phases =
        meters.timers(
            "mocov3.checkpoint", "Parts of writing a checkpoint.", "phase", CheckpointPhase.class);
    bytes = meters.gauge("mocov3.checkpoint.bytes", "Size of the newest checkpoint.");
    lastSuccess =
        meters.gauge(
            "mocov3.checkpoint.last.success.timestamp.seconds",
            "When the newest checkpoint was complete on disk, since 1970.");
  }

  void phase(CheckpointPhase phase, Duration duration) {
    phases.get(phase).record(duration);
  }

  void succeeded(long size) {
    bytes.set((double) size);
    lastSuccess.set(Instant.now().toEpochMilli() / 1e3);
  }

  void failed() {
    failures.increment();
  }

  void pruneFailed() {
    pruneFailures.increment();
  }

  LogMeters log(String file) {
    return logs.computeIfAbsent(file, name -> LogMeters.of(meters, name));
  }
}
