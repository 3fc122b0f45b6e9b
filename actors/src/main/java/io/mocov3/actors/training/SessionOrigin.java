package io.mocov3.actors.training;

import io.mocov3.actors.events.Adjustments;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.stability.RollbackImpossibleException;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointStore;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * Where a session begins: at a checkpoint or at step 0, under what adjustments, and why.
 *
 * @param probed whether the full probe of a step was told of already; asked where one is due
 */
public record SessionOrigin(
    Optional<Checkpoint> checkpoint,
    Adjustments adjustments,
    Optional<StabilityEvent.RolledBack> rollback,
    LongPredicate probed) {

  /** Completed steps. */
  public long step() {
    return checkpoint.map(Checkpoint::step).orElse(0L);
  }

  /** Whether the first weights are yet to be made. */
  public boolean fresh() {
    return checkpoint.isEmpty();
  }

  /** The same, where {@code known} says of which steps the full probe was told of already. */
  public SessionOrigin where(LongPredicate known) {
    return new SessionOrigin(checkpoint, adjustments, rollback, known);
  }

  /** From that checkpoint, or from the beginning. */
  public static SessionOrigin of(Optional<Checkpoint> checkpoint) {
    return new SessionOrigin(
        checkpoint,
        checkpoint.map(Checkpoint::trainer).map(Adjustments::from).orElse(Adjustments.NONE),
        Optional.empty(),
        step -> true);
  }

  /** Back to that checkpoint, or to the beginning, with one thing changed. */
  private static SessionOrigin after(
      Interruption interruption, StabilityPolicy policy, Optional<Checkpoint> checkpoint) {
    Incident incident = interruption.incident();
    long step = checkpoint.map(Checkpoint::step).orElse(0L);
    Adjustments changed = interruption.adjustments().after(policy, incident, step);
    return new SessionOrigin(
        checkpoint,
        changed,
        Optional.of(new StabilityEvent.RolledBack(incident.step(), step, incident, changed)),
        any -> true);
  }

  /**
   * Without an interruption the newest valid checkpoint; with one the newest valid one from before
   * its onset, and what is newer is deleted. A run whose first checkpoint would have come after the
   * onset begins again.
   *
   * @throws RollbackImpossibleException when the checkpoints from before the onset are pruned
   */
  public static SessionOrigin find(
      CheckpointStore store,
      StabilityPolicy policy,
      Optional<Interruption> interruption,
      long checkpointEverySteps,
      Consumer<String> warn) {
    if (interruption.isEmpty()) {
      return of(store.newestValid(warn));
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
    return after(interruption.get(), policy, store.newestValid(warn));
  }
}
