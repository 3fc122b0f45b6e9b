package io.mocov3.metrics;

import java.time.Duration;

/** The share of the time since the start that went into steps which count: repeated ones do not. */
final class Goodput {
  private final LateGauge ratio;
  private final long begun = System.nanoTime();
  private long furthestStep;
  private double usefulSeconds;

  Goodput(Meters meters) {
    ratio =
        meters.gauge(
            "mocov3.goodput.ratio", "Share of the time since the start spent in steps that count.");
  }

  void stepCompleted(long step, Duration duration) {
    if (step > furthestStep) {
      furthestStep = step;
      usefulSeconds += duration.toNanos() / 1e9;
    }
    ratio.set(Math.min(1, usefulSeconds / ((System.nanoTime() - begun) / 1e9)));
  }
}
