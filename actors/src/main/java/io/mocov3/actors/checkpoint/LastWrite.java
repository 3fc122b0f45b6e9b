package io.mocov3.actors.checkpoint;

import io.mocov3.actors.Backoff;
import io.mocov3.actors.Patience;
import java.time.Duration;

/** Whether there is hope left for the last checkpoint, once writing it has failed. */
public final class LastWrite {
  private final Patience patience;
  private final Backoff backoff = new Backoff();
  private Duration left = Duration.ofSeconds(Long.MAX_VALUE);
  private long since = System.nanoTime();

  public LastWrite(Patience patience) {
    this.patience = patience;
  }

  /** From now on there is no more time than a stop may take. */
  public void stopRequested() {
    backoff.reset();
    limit(patience.stop());
  }

  /** From now on there is no more time than a last checkpoint may take. */
  public void failed() {
    limit(patience.checkpoint());
  }

  public void succeeded() {
    backoff.reset();
  }

  public boolean isHopeless() {
    return !remaining().isPositive();
  }

  /** The pause before the next attempt, the last of which is made when time is up. */
  public Duration pause() {
    Duration pause = backoff.next();
    Duration remaining = remaining();
    return pause.compareTo(remaining) < 0 ? pause : remaining;
  }

  private void limit(Duration limit) {
    Duration remaining = remaining();
    left = limit.compareTo(remaining) < 0 ? limit : remaining;
    since = System.nanoTime();
  }

  private Duration remaining() {
    return left.minusNanos(System.nanoTime() - since);
  }
}
