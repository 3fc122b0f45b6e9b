package io.mocov3.actors.session;

import io.mocov3.actors.events.Adjustments;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.stability.RollbackImpossibleException;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointStore;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Where a session begins: at a checkpoint or at step 0, under what adjustments, and why. */
public record SessionOrigin(
    Optional<Checkpoint> checkpoint,
    Adjustments adjustments,
    Optional<StabilityEvent.RolledBack> rollback,
    Past past) {

  /** What the run has of its past. */
  public interface Past {

    /** Of a session without a run: all is told of, and there is nothing to go back to. */
    Past NONE =
        new Past() {
          @Override
          public boolean hasProbe(long step) {
            return true;
          }

          @Override
          public Optional<String> obstacleBefore(long onset) {
            return Optional.of("there are no checkpoints");
          }
        };

    /** Whether the full probe of a step was told of already; asked where one is due. */
    boolean hasProbe(long step);

    /** Why there is no state to go back to from before {@code onset}, if so, in one line. */
    Optional<String> obstacleBefore(long onset);
  }

  /** Completed steps. */
  public long step() {
    return checkpoint.map(Checkpoint::step).orElse(0L);
  }

  /** Whether the first weights are yet to be made. */
  public boolean fresh() {
    return checkpoint.isEmpty();
  }

  /** The same, with a past. */
  public SessionOrigin with(Past known) {
    return new SessionOrigin(checkpoint, adjustments, rollback, known);
  }

  /** From that checkpoint, or from the beginning. */
  public static SessionOrigin of(Optional<Checkpoint> checkpoint) {
    return new SessionOrigin(
        checkpoint,
        checkpoint.map(Checkpoint::trainer).map(Adjustments::from).orElse(Adjustments.NONE),
        Optional.empty(),
        Past.NONE);
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
        Past.NONE);
  }

  /**
   * Without an interruption the newest valid checkpoint; with one the newest valid one from before
   * its onset, and what is newer is deleted. Only those count that were due by their step, so that
   * a run goes back to the same one whatever the clock or a stop made it save between them. A run
   * whose first checkpoint would have come after the onset begins again.
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
    Incident incident = interruption.get().incident();
    long onset = incident.onset();
    boolean requested = incident.reason() == IncidentKind.REQUESTED;
    Optional<String> obstacle = obstacle(store, onset, checkpointEverySteps);
    if (obstacle.isPresent() && requested) {
      warn.accept(obstacle.get() + "; going on from the newest one");
      return of(store.newestValid(warn));
    }
    if (obstacle.isPresent()) {
      throw new RollbackImpossibleException(obstacle.get() + " (" + incident.line() + ")");
    }
    List<Checkpoint> before = before(store, onset);
    List<Checkpoint> scheduled = before.stream().filter(Checkpoint::isScheduled).toList();
    boolean any =
        requested
            || checkpointEverySteps == 0
            || (scheduled.isEmpty() && checkpointEverySteps < onset);
    store.removeFrom(onset, (any ? before : scheduled)::contains);
    return after(interruption.get(), policy, store.newestValid(warn));
  }

  private static List<Checkpoint> before(CheckpointStore store, long onset) {
    return store.list().stream().filter(checkpoint -> checkpoint.step() < onset).toList();
  }

  /** Why one cannot go back to before {@code onset}, if so, in one line. */
  public static Optional<String> obstacle(
      CheckpointStore store, long onset, long checkpointEverySteps) {
    boolean pruned =
        !store.list().isEmpty() && before(store, onset).isEmpty() && checkpointEverySteps < onset;
    return pruned
        ? Optional.of(
            "cannot roll back: no checkpoint from before step %d is kept; raise checkpoint.keep or lower checkpoint.every-steps"
                .formatted(onset))
        : Optional.empty();
  }
}
