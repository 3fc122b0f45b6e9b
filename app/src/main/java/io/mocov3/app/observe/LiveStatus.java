package io.mocov3.app.observe;

import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Lifecycle;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.app.http.HealthAnswer;
import io.mocov3.app.http.Status;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Where the training is, as it is told: for status and readiness. */
public final class LiveStatus implements EventSink {
  private final Path run;
  private final Watchdog watchdog;
  private final AtomicReference<Optional<Progress.StepCompleted>> step =
      new AtomicReference<>(Optional.empty());
  private volatile long started;
  private volatile long steps;
  private volatile Lifecycle lifecycle = Lifecycle.STARTING;

  LiveStatus(Path run, Watchdog watchdog) {
    this.run = run;
    this.watchdog = watchdog;
  }

  @Override
  public void on(TrainingEvent event) {
    switch (event) {
      case Progress.Started begun -> {
        started = begun.step();
        steps = begun.steps();
        step.updateAndGet(newest -> newest.filter(done -> done.step() <= begun.step()));
      }
      case Progress.StepCompleted completed -> step.set(Optional.of(completed));
      case SideWork.LifecycleChanged changed -> lifecycle = changed.lifecycle();
      default -> {}
    }
  }

  /** Ready means that training makes progress, or is paused on purpose. */
  public HealthAnswer ready() {
    return switch (lifecycle.state()) {
      case PAUSED -> HealthAnswer.good(lifecycle.line());
      case TRAINING -> training();
      case STARTING, WAITING_FOR_DATA, RECOVERING, ROLLING_BACK, STOPPING, ENDED ->
          HealthAnswer.bad(lifecycle.line());
    };
  }

  private HealthAnswer training() {
    if (step.get().isEmpty()) {
      return HealthAnswer.bad("no step is done yet");
    }
    return watchdog.isMoving()
        ? HealthAnswer.good(lifecycle.line())
        : HealthAnswer.bad("no step for too long");
  }

  public Status status() {
    Optional<Progress.StepCompleted> newest = step.get();
    return new Status(
        lifecycle.label(),
        lifecycle.reason(),
        newest.map(Progress.StepCompleted::step).orElse(started),
        steps,
        newest.map(Progress.StepCompleted::epoch).orElse(0.0),
        newest.map(Progress.StepCompleted::loss).orElse(Double.NaN),
        newest.map(Progress.StepCompleted::imagesPerSecond).orElse(0.0),
        run.toString());
  }
}
