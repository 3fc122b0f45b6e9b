package io.mocov3.app.observe;

import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Lifecycle;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.app.http.HealthAnswer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Whether the process can help itself. When nothing happens in a training for half of {@code
 * run.stuck-after}, what every thread does is written down and the session is given up for a new
 * one. Only when nothing has happened for all of it, or the guardian no longer answers, is the
 * process no longer alive. Thread-safe.
 */
public final class Watchdog implements EventSink {
  /** How long the guardian, which only ever routes, may take to answer. */
  public static final Duration SILENCE = Duration.ofSeconds(60);

  private final Duration stuckAfter;
  private final LongSupplier clock;
  private final Function<String, String> dump;
  private Lifecycle lifecycle = Lifecycle.STARTING;
  private long step;
  private long steps = Long.MAX_VALUE;
  private long happened;
  private long answered;
  private boolean told;

  /**
   * {@code clock} counts nanoseconds; {@code dump} writes down why and what every thread does, and
   * says where, or why it could not.
   */
  Watchdog(Duration stuckAfter, LongSupplier clock, Function<String, String> dump) {
    this.stuckAfter = stuckAfter;
    this.clock = clock;
    this.dump = dump;
    happened = clock.getAsLong();
    answered = happened;
  }

  @Override
  public synchronized void on(TrainingEvent event) {
    switch (event) {
      case Progress.Started started -> {
        step = started.step();
        steps = started.steps();
        happened();
      }
      case Progress.StepCompleted completed -> {
        step = completed.step();
        happened();
      }
      case SideWork.LifecycleChanged changed -> {
        lifecycle = changed.lifecycle();
        happened();
      }
      default -> {}
    }
  }

  private void happened() {
    happened = clock.getAsLong();
    told = false;
  }

  /** The guardian answered. */
  public synchronized void answered() {
    answered = clock.getAsLong();
  }

  /**
   * Why the session should be given up, once for each time it is stuck. Writing that down may take
   * for ever where a disk hangs, and holds nobody else up.
   */
  public Optional<String> stuck() {
    return noticed().map(reason -> reason + "; " + dump.apply(reason));
  }

  private synchronized Optional<String> noticed() {
    if (told || since(happened).compareTo(stuckAfter.dividedBy(2)) < 0 || !shouldMove()) {
      return Optional.empty();
    }
    told = true;
    return Optional.of(nothingSince());
  }

  public synchronized HealthAnswer live() {
    if (since(answered).compareTo(SILENCE) > 0) {
      return HealthAnswer.bad(
          "the guardian has not answered for %d s".formatted(since(answered).toSeconds()));
    }
    if (shouldMove() && since(happened).compareTo(stuckAfter) > 0) {
      return HealthAnswer.bad(
          nothingSince() + "; run.stuck-after is " + stuckAfter.toSeconds() + " s");
    }
    return HealthAnswer.good("alive");
  }

  /** Whether training makes steps at the pace that {@code run.stuck-after} expects. */
  synchronized boolean isMoving() {
    return since(happened).compareTo(stuckAfter.dividedBy(2)) < 0;
  }

  private String nothingSince() {
    return "no step for %d s after step %d, while %s"
        .formatted(since(happened).toSeconds(), step, lifecycle.line());
  }

  /**
   * After the last step a probe may still take its time; a pause and lost data are on purpose. A
   * stop, and another attempt, wait for what is being written.
   */
  private boolean shouldMove() {
    return switch (lifecycle.state()) {
      case STARTING, TRAINING, ROLLING_BACK -> step < steps;
      case RECOVERING, STOPPING -> true;
      case PAUSED, WAITING_FOR_DATA, ENDED -> false;
    };
  }

  private Duration since(long nanos) {
    return Duration.ofNanos(clock.getAsLong() - nanos);
  }
}
