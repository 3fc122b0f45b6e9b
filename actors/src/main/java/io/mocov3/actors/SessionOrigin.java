package io.mocov3.actors;

import io.mocov3.actors.TrainingSession.Interruption;
import io.mocov3.actors.TrainingSession.Origin;
import io.mocov3.model.MoCoV3;
import io.mocov3.model.TrainingState;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointStore;
import java.util.Optional;

/** Brings a fresh model to where a session begins. */
public final class SessionOrigin {
  private SessionOrigin() {}

  /**
   * Without an interruption the newest valid checkpoint; with one the newest valid one from before
   * its onset, and what is newer is deleted. A run whose first checkpoint would have come after the
   * onset begins again.
   *
   * @throws RollbackImpossibleException when the checkpoints from before the onset are pruned
   */
  public static Origin restore(
      MoCoV3 model,
      CheckpointStore store,
      StabilityPolicy policy,
      Optional<Interruption> after,
      long checkpointEverySteps,
      RunLog log) {
    if (after.isEmpty()) {
      Optional<Checkpoint> newest = store.newestValid(log::warning);
      newest.ifPresent(checkpoint -> TrainingState.restore(model, checkpoint));
      return Origin.of(newest);
    }
    long onset = after.get().incident().onset();
    boolean pruned =
        !store.list().isEmpty()
            && store.list().getFirst().step() >= onset
            && checkpointEverySteps < onset;
    if (pruned) {
      throw new RollbackImpossibleException(
          "cannot roll back: no checkpoint from before step %d is kept; raise checkpoint.keep or lower checkpoint.every-steps (%s)"
              .formatted(onset, after.get().incident().line()));
    }
    store.removeFrom(onset);
    Optional<Checkpoint> good = store.newestValid(log::warning);
    good.ifPresent(checkpoint -> TrainingState.restore(model, checkpoint));
    return Origin.after(after.get(), policy, good);
  }
}
