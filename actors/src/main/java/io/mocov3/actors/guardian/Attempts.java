package io.mocov3.actors.guardian;

import io.mocov3.actors.Backoff;
import java.time.Duration;

/** How often training may fail on from the same checkpoint, and the pauses in between. */
final class Attempts {
  static final int MOST = 3;

  private final Backoff backoff = new Backoff();
  private int failures;
  private long startedAt;

  /** Training goes on after {@code step} steps; further than before, failures count anew. */
  void started(long step) {
    if (step > startedAt) {
      failures = 0;
      backoff.reset();
    }
    startedAt = step;
  }

  void failed() {
    failures++;
  }

  int failures() {
    return failures;
  }

  boolean areOver() {
    return failures >= MOST;
  }

  /** Before the next one. */
  Duration pause() {
    return backoff.next();
  }
}
