package io.mocov3.app.output;

import java.io.PrintStream;
import java.util.function.DoubleConsumer;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** Bars on standard error for what takes long: often on a terminal, rarely in a log. */
public final class Bars {
  private static final int WIDTH = 80;
  private static final int PARTS = 1000;

  private Bars() {}

  /** Of so many things. */
  public static ProgressBar of(String title, long things) {
    PrintStream err = System.err;
    return new ProgressBarBuilder()
        .setTaskName(title)
        .setInitialMax(things)
        .setUpdateIntervalMillis(Boolean.getBoolean("mocov3.terminal") ? 200 : 10_000)
        .setConsumer(new ConsoleProgressBarConsumer(err, WIDTH))
        .build();
  }

  /** What is done while a bar tells its share between 0 and 1. */
  @FunctionalInterface
  public interface Work<T> {
    T run(DoubleConsumer done);
  }

  /** Does it under a bar. */
  public static <T> T under(String title, Work<T> work) {
    try (ProgressBar bar = of(title, PARTS)) {
      return work.run(share -> bar.stepTo(Math.round(PARTS * share)));
    }
  }
}
