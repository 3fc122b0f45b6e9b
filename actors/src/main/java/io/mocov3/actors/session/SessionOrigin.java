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

  /**
   * When checkpoints are due: every so many steps, or never for 0; and whether the run has all of
   * its past, which a fork has not.
   */
  public record Schedule(long everySteps, boolean fromTheBeginning) {}

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
   * whose first checkpoint would have come after the onset begins again, unless somebody asked:
   * then what cannot be gone back to leaves the run as it is.
   *
   * @throws RollbackImpossibleException when no checkpoint from before the onset is kept and valid
   */
  public static SessionOrigin find(
      CheckpointStore store,
      StabilityPolicy policy,
      Optional<Interruption> interruption,
      Schedule schedule,
      Consumer<String> warn) {
    if (interruption.isEmpty()) {
      return of(store.newestValid(warn));
    }
    Incident incident = interruption.get().incident();
    long onset = incident.onset();
    boolean requested = incident.reason() == IncidentKind.REQUESTED;
    List<Checkpoint> candidates = candidates(store, onset, requested, schedule.everySteps());
    Optional<String> obstacle = requested ? obstacle(store, onset) : pruned(store, onset, schedule);
    obstacle = obstacle.or(() -> broken(candidates, onset));
    if (obstacle.isPresent() && requested) {
      warn.accept(obstacle.get() + "; going on from the newest one");
      return of(store.newestValid(warn));
    }
    if (obstacle.isPresent()) {
      throw new RollbackImpossibleException(obstacle.get() + " (" + incident.line() + ")");
    }
    store.removeFrom(onset, candidates::contains);
    return after(interruption.get(), policy, store.newestValid(warn));
  }

  private static List<Checkpoint> candidates(
      CheckpointStore store, long onset, boolean requested, long checkpointEverySteps) {
    List<Checkpoint> before = before(store, onset);
    List<Checkpoint> scheduled = before.stream().filter(Checkpoint::isScheduled).toList();
    boolean any =
        requested
            || checkpointEverySteps == 0
            || (scheduled.isEmpty()
                ? checkpointEverySteps < onset
                : scheduled.stream().noneMatch(Checkpoint::isValid));
    return any ? before : scheduled;
  }

  private static List<Checkpoint> before(CheckpointStore store, long onset) {
    return store.list().stream().filter(checkpoint -> checkpoint.step() < onset).toList();
  }

  /** Why somebody who asks to go back to before {@code onset} cannot, if so, in one line. */
  public static Optional<String> obstacle(CheckpointStore store, long onset) {
    return before(store, onset).isEmpty() ? Optional.of(notKept(onset)) : Optional.empty();
  }

  private static Optional<String> pruned(CheckpointStore store, long onset, Schedule schedule) {
    boolean kept =
        store.list().isEmpty()
            || !before(store, onset).isEmpty()
            || (schedule.fromTheBeginning() && schedule.everySteps() >= onset);
    return kept ? Optional.empty() : Optional.of(notKept(onset));
  }

  private static String notKept(long onset) {
    return "cannot roll back: no checkpoint from before step %d is kept; raise checkpoint.keep or lower checkpoint.every-steps"
        .formatted(onset);
  }

  /** Nothing is deleted for the sake of a checkpoint that cannot be read. */
  private static Optional<String> broken(List<Checkpoint> candidates, long onset) {
    return candidates.isEmpty() || candidates.reversed().stream().anyMatch(Checkpoint::isValid)
        ? Optional.empty()
        : Optional.of(
            "cannot roll back: no checkpoint from before step %d is as it was written"
                .formatted(onset));
  }
}
