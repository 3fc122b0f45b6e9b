package io.mocov3.actors;

import java.time.Duration;

/** Pauses between attempts: a second, then each twice as long as the one before, up to 30 s. */
public final class Backoff {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private Duration next = FIRST;

  /** The pause before the next attempt. */
  public Duration next() {
    Duration pause = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    return pause;
  }

  /** An attempt went well. */
  public void reset() {
    next = FIRST;
  }
}
