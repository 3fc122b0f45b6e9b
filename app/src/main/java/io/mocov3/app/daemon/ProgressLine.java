package io.mocov3.app.daemon;

import io.mocov3.actors.events.RunLog;
import io.mocov3.app.output.Escaped;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * How far training is, on standard error: one line that is overwritten on a terminal, a plain line
 * every few seconds elsewhere.
 */
final class ProgressLine {
  private static final Duration TERMINAL = Duration.ofMillis(250);
  private static final Duration PLAIN = Duration.ofSeconds(10);
  private static final double SMOOTHING = 0.05;

  private final PrintStream err;
  private final boolean terminal;
  private long steps;
  private long firstStep;
  private long started;
  private long shown;
  private double imagesPerSecond;

  ProgressLine(PrintStream err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  synchronized void started(long step, long total) {
    steps = total;
    firstStep = step;
    started = System.nanoTime();
    line(
        step == 0
            ? "training %d steps".formatted(total)
            : "resuming after step %d of %d".formatted(step, total));
  }

  synchronized void step(RunLog.Step step) {
    imagesPerSecond =
        imagesPerSecond == 0
            ? step.imagesPerSecond()
            : imagesPerSecond + SMOOTHING * (step.imagesPerSecond() - imagesPerSecond);
    long now = System.nanoTime();
    Duration interval = terminal ? TERMINAL : PLAIN;
    if (now - shown < interval.toNanos() && step.step() < steps) {
      return;
    }
    shown = now;
    String text = text(step, now);
    if (terminal) {
      err.print("\r\033[K" + text);
      err.flush();
    } else {
      err.println(text);
    }
  }

  /** A line of its own that stays. */
  synchronized void line(String text) {
    if (terminal) {
      err.print("\r\033[K");
    }
    err.println(Escaped.text(text));
  }

  private String text(RunLog.Step step, long now) {
    double perStep = (now - started) / 1e9 / Math.max(1, step.step() - firstStep);
    long left = Math.round(perStep * (steps - step.step()));
    return String.format(
        Locale.ROOT,
        "step %d/%d  epoch %.2f  loss %.4f  lr %.2e  %.0f images/s  %s left",
        step.step(),
        steps,
        step.epoch(),
        step.loss(),
        step.learningRate(),
        imagesPerSecond,
        duration(left));
  }

  private static String duration(long seconds) {
    if (seconds < 60) {
      return seconds + " s";
    }
    return seconds < 5400
        ? "%d min %02d s".formatted(seconds / 60, seconds % 60)
        : "%d h %02d min".formatted(seconds / 3600, seconds % 3600 / 60);
  }
}
