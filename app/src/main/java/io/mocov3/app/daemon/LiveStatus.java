package io.mocov3.app.daemon;

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
final class LiveStatus implements EventSink {
  private final Path run;
  private final AtomicReference<Optional<Progress.StepCompleted>> step =
      new AtomicReference<>(Optional.empty());
  private volatile Lifecycle lifecycle = Lifecycle.STARTING;

  LiveStatus(Path run) {
    this.run = run;
  }

  @Override
  public void on(TrainingEvent event) {
    switch (event) {
      case Progress.StepCompleted completed -> step.set(Optional.of(completed));
      case SideWork.LifecycleChanged changed -> lifecycle = changed.lifecycle();
      default -> {}
    }
  }

  /** Ready means that training makes progress. */
  HealthAnswer ready() {
    if (!lifecycle.equals(Lifecycle.TRAINING)) {
      return HealthAnswer.bad(lifecycle.line());
    }
    return step.get().isPresent()
        ? HealthAnswer.good(lifecycle.line())
        : HealthAnswer.bad("no step is done yet");
  }

  Status status() {
    Optional<Progress.StepCompleted> newest = step.get();
    return new Status(
        lifecycle.label(),
        newest.map(Progress.StepCompleted::step).orElse(0L),
        newest.map(Progress.StepCompleted::epoch).orElse(0.0),
        newest.map(Progress.StepCompleted::loss).orElse(Double.NaN),
        newest.map(Progress.StepCompleted::imagesPerSecond).orElse(0.0),
        run.toString());
  }
}
