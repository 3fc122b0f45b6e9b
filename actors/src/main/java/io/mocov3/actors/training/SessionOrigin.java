package io.mocov3.actors.training;

import io.mocov3.actors.events.Adjustments;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.RunLog;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.stability.RollbackImpossibleException;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.step.TrainingState;
import io.mocov3.model.step.TrainingStep;
import java.util.Map;
import java.util.Optional;

/**
 * Where a session begins: completed steps, whether from a checkpoint, and what that one says of the
 * trainer; {@code rollback} if it is one.
 */
public record SessionOrigin(
    long step,
    boolean fresh,
    Map<String, Object> trainer,
    Adjustments adjustments,
    Optional<StabilityEvent.RolledBack> rollback) {

  /** From the newest checkpoint, or from the beginning. */
  public static SessionOrigin of(Optional<Checkpoint> checkpoint) {
    Map<String, Object> trainer = checkpoint.map(Checkpoint::trainer).orElse(Map.of());
    return new SessionOrigin(
        checkpoint.map(Checkpoint::step).orElse(0L),
        checkpoint.isEmpty(),
        trainer,
        Adjustments.from(trainer),
        Optional.empty());
  }

  /** Back to that checkpoint, or to the beginning, with one thing changed. */
  static SessionOrigin after(
      Interruption interruption, StabilityPolicy policy, Optional<Checkpoint> checkpoint) {
    SessionOrigin origin = of(checkpoint);
    Incident incident = interruption.incident();
    Adjustments changed = interruption.adjustments().after(policy, incident, origin.step());
    return new SessionOrigin(
        origin.step(),
        origin.fresh(),
        origin.trainer(),
        changed,
        Optional.of(
            new StabilityEvent.RolledBack(incident.step(), origin.step(), incident, changed)));
  }

  /**
   * Without an interruption the newest valid checkpoint; with one the newest valid one from before
   * its onset, and what is newer is deleted. A run whose first checkpoint would have come after the
   * onset begins again.
   *
   * @throws RollbackImpossibleException when the checkpoints from before the onset are pruned
   */
  public static SessionOrigin restore(
      TrainingStep model,
      CheckpointStore store,
      StabilityPolicy policy,
      Optional<Interruption> interruption,
      long checkpointEverySteps,
      RunLog log) {
    if (interruption.isEmpty()) {
      Optional<Checkpoint> newest = store.newestValid(log::warning);
      newest.ifPresent(checkpoint -> TrainingState.restore(model, checkpoint));
      return of(newest);
    }
    long onset = interruption.get().incident().onset();
    boolean pruned =
        !store.list().isEmpty()
            && store.list().getFirst().step() >= onset
            && checkpointEverySteps < onset;
    if (pruned) {
      throw new RollbackImpossibleException(
          "cannot roll back: no checkpoint from before step %d is kept; raise checkpoint.keep or lower checkpoint.every-steps (%s)"
              .formatted(onset, interruption.get().incident().line()));
    }
    store.removeFrom(onset);
    Optional<Checkpoint> good = store.newestValid(log::warning);
    good.ifPresent(checkpoint -> TrainingState.restore(model, checkpoint));
    return after(interruption.get(), policy, good);
  }
}
