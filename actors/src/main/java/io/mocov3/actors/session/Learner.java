package io.mocov3.actors.session;

import io.mocov3.actors.evaluation.LiveProbe;
import io.mocov3.actors.ranks.Leader;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.Pixels;
import java.util.Optional;

/** What a session has on the device, and the ranks it leads. Owns its parts but those. */
public record Learner(TrainingStep step, Pixels pixels, Optional<LiveProbe> live, Leader ranks)
    implements AutoCloseable {

  /** One process by itself. */
  public Learner(TrainingStep step, Pixels pixels, Optional<LiveProbe> live) {
    this(step, pixels, live, Leader.alone());
  }

  @Override
  public void close() {
    live.ifPresent(LiveProbe::close);
    pixels.close();
    step.close();
  }
}
