package io.mocov3.actors.checkpoint;

import java.time.Duration;

/** Says when a checkpoint is due by the time since the last one, however few steps it took. */
public final class CheckpointClock {
  private final Duration longest;
  private long staged = System.nanoTime();
  private long steps;
  private long writeNanos;

  /** Zero for never. */
  public CheckpointClock(Duration longest) {
    this.longest = longest;
  }

  public void stepDone() {
    steps++;
  }

  /** A checkpoint is on its way. */
  public void staged() {
    staged = System.nanoTime();
    steps = 0;
  }

  /** What was on its way is written, or failed. */
  public void settled() {
    writeNanos = System.nanoTime() - staged;
  }

  /**
   * {@code stepsToNext} is after how many steps one is due by its step. If that is sooner than this
   * one would be written, it is left to that one, which must not find the disk busy.
   */
  public boolean isDue(long stepsToNext) {
    long since = System.nanoTime() - staged;
    if (!longest.isPositive() || since < longest.toNanos()) {
      return false;
    }
    double nanosToNext = (double) stepsToNext * since / Math.max(1, steps);
    return nanosToNext > 2.0 * writeNanos;
  }
}
