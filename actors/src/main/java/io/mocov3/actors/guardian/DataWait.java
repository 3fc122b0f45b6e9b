package io.mocov3.actors.guardian;

import io.mocov3.actors.Backoff;
import java.time.Duration;

/** How long the guardian has waited, and may still wait, for images whose storage is gone. */
final class DataWait {
  private final Duration limit;
  private final Backoff backoff = new Backoff();
  private long since;
  private long resumedAt;
  private boolean begun;

  DataWait(Duration limit) {
    this.limit = limit;
  }

  /** Training goes on after {@code step}. */
  void started(long step) {
    resumedAt = step;
  }

  /** The images are gone after {@code completed} steps; without progress it is the same wait. */
  void begin(long completed) {
    if (!begun || completed > resumedAt) {
      begun = true;
      since = System.nanoTime();
      backoff.reset();
    }
  }

  Duration waited() {
    return Duration.ofNanos(System.nanoTime() - since);
  }

  boolean isOver() {
    return waited().compareTo(limit) >= 0;
  }

  /** The pause before the next look, the last of which is when time is up. */
  Duration pause() {
    Duration pause = backoff.next();
    Duration left = limit.minus(waited());
    return pause.compareTo(left) < 0 ? pause : left;
  }
}
