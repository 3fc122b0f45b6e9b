package io.mocov3.actors;

import java.time.Duration;

/**
 * How long one has waited, and may still wait, for images whose storage is gone. Belongs to one
 * thread.
 */
public final class DataWait {
  private final Duration limit;
  private final Backoff backoff = new Backoff();
  private long since;
  private long resumedAt;
  private boolean begun;

  /** {@code limit} of zero does not wait. */
  public DataWait(Duration limit) {
    this.limit = limit;
  }

  /** Training goes on after {@code step}. */
  public void started(long step) {
    resumedAt = step;
  }

  /** The images are gone after {@code completed} steps; without progress it is the same wait. */
  public void begin(long completed) {
    if (!begun || completed > resumedAt) {
      begun = true;
      since = System.nanoTime();
      backoff.reset();
    }
  }

  public Duration waited() {
    return Duration.ofNanos(System.nanoTime() - since);
  }

  public boolean isOver() {
    return waited().compareTo(limit) >= 0;
  }

  /** The pause before the next look, the last of which is when time is up. */
  public Duration pause() {
    Duration pause = backoff.next();
    Duration left = limit.minus(waited());
    return pause.compareTo(left) < 0 ? pause : left;
  }
}
