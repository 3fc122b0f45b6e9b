package io.mocov3.actors.session;

import io.mocov3.actors.evaluation.LiveProbe;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.Pixels;
import java.util.Optional;

/** What a session has on the device. Owns its parts. */
public record Learner(TrainingStep step, Pixels pixels, Optional<LiveProbe> live)
    implements AutoCloseable {

  @Override
  public void close() {
    live.ifPresent(LiveProbe::close);
    pixels.close();
    step.close();
  }
}
