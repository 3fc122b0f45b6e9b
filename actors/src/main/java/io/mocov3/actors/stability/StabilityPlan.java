package io.mocov3.actors.stability;

import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.model.stability.DipRule;
import io.mocov3.model.stability.SpikeRule;

/**
 * How training is watched and repaired.
 *
 * @param recordedSteps steps that the flight recorder remembers
 * @param probeEverySteps steps between two live probes and looks at health; 0 for never
 */
public record StabilityPlan(
    SpikeRule spikes,
    DipRule dips,
    StabilityPolicy policy,
    int recordedSteps,
    long probeEverySteps,
    Drill drill) {

  /** Only watched, nothing probed. */
  public static final StabilityPlan DEFAULT =
      new StabilityPlan(
          SpikeRule.DEFAULT, DipRule.DEFAULT, StabilityPolicy.OBSERVE, 64, 0, Drill.NONE);

  /**
   * A fire drill: the gradient of {@code layer} is multiplied by {@code factor} at {@code steps}
   * steps from {@code step} on, as long as there was no rollback. Step 0 means none.
   */
  public record Drill(String layer, long step, int steps, double factor) {
    public static final Drill NONE = new Drill("", 0, 0, 1);

    public boolean at(long number) {
      return step > 0 && number >= step && number < step + steps;
    }
  }

  /** The same with another interval of the live probe. */
  public StabilityPlan probingEvery(long steps) {
    return new StabilityPlan(spikes, dips, policy, recordedSteps, steps, drill);
  }

  public boolean probeDue(long completedSteps) {
    return probeEverySteps > 0 && completedSteps % probeEverySteps == 0;
  }
}
