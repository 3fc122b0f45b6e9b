package io.mocov3.metrics;

import java.time.Duration;

/** The time spent on steps, and on waiting for their images, that no checkpoint holds yet. */
final class WorkAtRisk {
  private final LateGauge seconds;
  private double done;
  private double staged;
  private double saved;

  WorkAtRisk(Meters meters) {
    seconds =
        meters.gauge(
            "mocov3.work.at.risk.seconds",
            "Time of training since the step of the newest checkpoint.");
  }

  /** Training goes on from what is saved. */
  synchronized void started() {
    staged = done;
    saved = done;
    tell();
  }

  synchronized void spent(Duration duration) {
    done += duration.toNanos() / 1e9;
    tell();
  }

  synchronized void staged() {
    staged = done;
  }

  /** What was staged last is on the disk. */
  synchronized void saved() {
    saved = staged;
    tell();
  }

  private void tell() {
    seconds.set(done - saved);
  }
}
