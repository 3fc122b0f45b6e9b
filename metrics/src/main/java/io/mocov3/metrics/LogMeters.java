package io.mocov3.metrics;

import io.micrometer.core.instrument.Counter;

/** The meters of one log of the run, there as soon as the log is. */
record LogMeters(LateGauge waiting, Counter failures, Counter dropped) {

  static LogMeters of(Meters meters, String file) {
    return new LogMeters(
        meters.gauge(
            "mocov3.log.lines.waiting", "Lines that wait for room on the disk.", "file", file),
        meters.counter(
            "mocov3.log.write.failures", "Attempts to write a log that failed.", "file", file),
        meters.counter("mocov3.log.lines.dropped", "Lines of a log that are lost.", "file", file));
  }
}
