package io.mocov3.actors.session;

import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.step.TrainingState;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.TensorStaging;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What leaves a session while it trains: states for checkpoints, weights for probes. */
final class SessionCopies implements AutoCloseable {
  private final TrainingStep model;
  private final TrainingState state;
  private final Optional<TensorStaging> snapshots;
  private long savedStep;
  private long lastProbe = -1;

  /** Up to {@code savedStep} all is saved; {@code probes} tells whether weights will be wanted. */
  SessionCopies(TrainingStep model, List<Stateful> sections, boolean probes, long savedStep) {
    this.model = model;
    this.savedStep = savedStep;
    state = new TrainingState(model, sections);
    snapshots =
        probes
            ? Optional.of(new TensorStaging(model.base().weights().tensors()))
            : Optional.empty();
  }

  void restore(Checkpoint checkpoint, Consumer<String> warn) {
    state.restore(checkpoint, warn);
  }

  TrainingState.Staged stage(long step) {
    return state.stage(step);
  }

  void saved(long step) {
    savedStep = step;
  }

  long savedStep() {
    return savedStep;
  }

  /** A copy of the base encoder for whoever closes it, valid until the next call. */
  TensorStaging.Copy snapshot(long step) {
    lastProbe = step;
    return snapshots.orElseThrow().stage(model.base().weights().tensors());
  }

  /** The step of the last snapshot; -1 before the first. */
  long lastProbe() {
    return lastProbe;
  }

  @Override
  public void close() {
    snapshots.ifPresent(TensorStaging::close);
    state.close();
  }
}
