package io.mocov3.app.daemon;

import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.TrainingEvent;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The step that was completed last. */
final class LastStep implements EventSink {
  private final AtomicReference<Optional<Progress.StepCompleted>> step =
      new AtomicReference<>(Optional.empty());

  Optional<Progress.StepCompleted> get() {
    return step.get();
  }

  @Override
  public void on(TrainingEvent event) {
    if (event instanceof Progress.StepCompleted completed) {
      step.set(Optional.of(completed));
    }
  }
}
