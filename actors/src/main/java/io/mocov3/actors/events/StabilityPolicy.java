package io.mocov3.actors.events;

import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import java.util.Set;

/**
 * What is done about spikes, dips and numbers that are not finite. An update that is not finite is
 * never applied, whatever the policy.
 *
 * @param actOn what a rollback or a stop answers to; {@code skip} answers to spikes
 * @param maxSkips updates skipped in a row; one more spike is applied, one more number that is not
 *     finite ends training
 * @param maxRollbacks rollbacks before training fails for good
 */
public record StabilityPolicy(
    Action action, Set<IncidentKind> actOn, int maxSkips, int maxRollbacks, Repair repair) {

  /**
   * What is different after a rollback.
   *
   * @param factor what the learning rate is multiplied by, when that is the change, or the bound of
   *     a repeated clip
   * @param clip the bound of the patch projection's gradient, when that is the change
   */
  public record Repair(Change change, double factor, double clip) {}

  public static final StabilityPolicy OBSERVE =
      new StabilityPolicy(
          Action.OBSERVE,
          Set.of(IncidentKind.NON_FINITE, IncidentKind.DIP),
          10,
          3,
          new Repair(Change.SKIP_DATA, 0.5, 0.1));

  /** What is done. */
  public enum Action {
    OBSERVE,
    SKIP,
    ROLLBACK,
    STOP
  }

  /** What is different after a rollback. */
  public enum Change {
    SKIP_DATA,
    LEARNING_RATE,
    FREEZE_PROJECTION,
    CLIP_PROJECTION
  }

  public boolean interruptsFor(IncidentKind reason) {
    return (action == Action.ROLLBACK || action == Action.STOP) && actOn.contains(reason);
  }
}
