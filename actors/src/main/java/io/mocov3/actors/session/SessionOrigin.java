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
  public record Schedule(long everySteps, boolean fromTheBeginning) {

    /** Whether the first one of the run is due at {@code step} or later. */
    boolean isFirstDueFrom(long step) {
      return fromTheBeginning && everySteps >= step;
    }
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
    List<Checkpoint> all = store.list();
    List<Checkpoint> before = before(all, onset);
    boolean beginsAgain =
        !requested && before.isEmpty() && (all.isEmpty() || schedule.isFirstDueFrom(onset));
    List<Checkpoint> due = requested ? before : due(before, onset, schedule);
    Optional<Checkpoint> target = newestValid(store, due, before, warn);
    // nothing is deleted for the sake of a checkpoint that is not kept or cannot be read
    if (target.isEmpty() && !(beginsAgain || (due.isEmpty() && !before.isEmpty()))) {
      String obstacle = before.isEmpty() ? notKept(onset) : notWhole(onset);
      if (!requested) {
        throw new RollbackImpossibleException(obstacle + " (" + incident.line() + ")");
      }
      warn.accept(obstacle + "; going on from the newest one");
      return of(store.newestValid(warn));
    }
    store.removeFrom(
        onset, checkpoint -> due.contains(checkpoint) || target.equals(Optional.of(checkpoint)));
    return after(interruption.get(), policy, target);
  }

  private static List<Checkpoint> before(List<Checkpoint> all, long onset) {
    return all.stream().filter(checkpoint -> checkpoint.step() < onset).toList();
  }

  /** Those an undisturbed run would have too; all where it should have one and has none. */
  private static List<Checkpoint> due(List<Checkpoint> before, long onset, Schedule schedule) {
    List<Checkpoint> scheduled = before.stream().filter(Checkpoint::isScheduled).toList();
    boolean all =
        schedule.everySteps() == 0 || (scheduled.isEmpty() && !schedule.isFirstDueFrom(onset));
    return all ? before : scheduled;
  }

  /** Of {@code due}; where none of them is valid, of the others. */
  private static Optional<Checkpoint> newestValid(
      CheckpointStore store, List<Checkpoint> due, List<Checkpoint> before, Consumer<String> warn) {
    List<Checkpoint> others =
        due.isEmpty()
            ? List.of()
            : before.stream().filter(checkpoint -> !due.contains(checkpoint)).toList();
    return store.newestValid(due, warn).or(() -> store.newestValid(others, warn));
  }

  /** Why somebody who asks to go back to before {@code onset} cannot, if so, in one line. */
  public static Optional<String> obstacle(CheckpointStore store, long onset) {
    return before(store.list(), onset).isEmpty() ? Optional.of(notKept(onset)) : Optional.empty();
  }

  private static String notKept(long onset) {
    return "cannot roll back: no checkpoint from before step %d is kept; raise checkpoint.keep or lower checkpoint.every-steps"
        .formatted(onset);
  }

  private static String notWhole(long onset) {
    return "cannot roll back: no checkpoint from before step %d is as it was written"
        .formatted(onset);
  }
}
