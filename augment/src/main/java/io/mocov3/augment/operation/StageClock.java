package io.mocov3.augment.operation;

import java.util.EnumMap;
import java.util.Map;

/** How long the stages of a thread's views take; stands still unless it is wound up. */
public final class StageClock {
  private final Map<ViewStage, Long> nanos = new EnumMap<>(ViewStage.class);
  private boolean running;
  private long last;

  public void run(boolean wanted) {
    running = wanted;
  }

  /** What follows belongs to the stage that ends next. */
  public void begin() {
    if (running) {
      last = System.nanoTime();
    }
  }

  /** A stage ends; the next one begins. */
  public void end(ViewStage stage) {
    if (running) {
      long now = System.nanoTime();
      nanos.merge(stage, now - last, Long::sum);
      last = now;
    }
  }

  public long nanos(ViewStage stage) {
    return nanos.getOrDefault(stage, 0L);
  }

  public void reset() {
    nanos.clear();
  }
}
