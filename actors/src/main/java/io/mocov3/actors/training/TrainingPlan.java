package io.mocov3.actors.training;

import io.mocov3.model.optim.LearningRateSchedule;
import io.mocov3.model.optim.MomentumSchedule;
import io.mocov3.model.step.Rates;

/**
 * How long and at which rates. With {@code memorySaver} the second view waits until the first term
 * of the loss has gone backward.
 */
public record TrainingPlan(
    Length length,
    Schedules schedules,
    Intervals intervals,
    boolean logSamples,
    boolean memorySaver) {

  /** Steps in all, counted from 0, of so many images; epochs are fractional. */
  public record Length(long steps, long stepsPerEpoch, int batchSize) {}

  public record Schedules(LearningRateSchedule learningRate, MomentumSchedule momentum) {}

  /** Steps between two of them; 0 for never, but for a checkpoint at the end. */
  public record Intervals(long checkpoints, long probes) {}

  public long steps() {
    return length.steps();
  }

  public long stepsPerEpoch() {
    return length.stepsPerEpoch();
  }

  public int batchSize() {
    return length.batchSize();
  }

  /** Whether there are full probes. */
  public boolean probes() {
    return intervals.probes() > 0;
  }

  double epochOf(long step) {
    return (double) step / length.stepsPerEpoch();
  }

  /** Of the step after so many completed ones; {@code factor} is what rollbacks made of it. */
  Rates rates(long step, double factor) {
    double epoch = epochOf(step);
    return new Rates(schedules.learningRate().at(epoch) * factor, schedules.momentum().at(epoch));
  }

  boolean checkpointDue(long completedSteps) {
    return due(intervals.checkpoints(), completedSteps) || completedSteps == length.steps();
  }

  boolean probeDue(long completedSteps) {
    return due(intervals.probes(), completedSteps)
        || (completedSteps == length.steps() && probes());
  }

  private static boolean due(long every, long completed) {
    return every > 0 && completed > 0 && completed % every == 0;
  }
}
