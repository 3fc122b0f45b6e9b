package io.mocov3.actors.session;

import io.mocov3.model.optim.LearningRateSchedule;
import io.mocov3.model.optim.MomentumSchedule;
import io.mocov3.model.step.Rates;
import java.time.Duration;

/** How long and at which rates. */
public record TrainingPlan(
    Length length, Schedules schedules, Intervals intervals, boolean logSamples) {

  /** Steps in all, counted from 0, of so many images; epochs are fractional. */
  public record Length(long steps, long stepsPerEpoch, int batchSize) {}

  public record Schedules(LearningRateSchedule learningRate, MomentumSchedule momentum) {}

  /**
   * Steps between two of them; 0 for never, but for a checkpoint at the end.
   *
   * @param probesSaved whether each full probe has a checkpoint of its step
   * @param clock the longest time between two checkpoints, whatever the steps; 0 for any
   */
  public record Intervals(long checkpoints, long probes, boolean probesSaved, Duration clock) {}

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

  /** Fractional epochs. */
  public double epochOf(long step) {
    return (double) step / length.stepsPerEpoch();
  }

  /** Of the step after so many completed ones; {@code factor} is what rollbacks made of it. */
  public Rates rates(long step, double factor) {
    double epoch = epochOf(step);
    return new Rates(schedules.learningRate().at(epoch) * factor, schedules.momentum().at(epoch));
  }

  boolean checkpointDue(long completedSteps) {
    return due(intervals.checkpoints(), completedSteps)
        || completedSteps == length.steps()
        || (intervals.probesSaved() && probeDue(completedSteps));
  }

  /** From there to the next checkpoint that is due by its step. */
  long stepsToCheckpoint(long completedSteps) {
    long end = length.steps() - completedSteps;
    long every = intervals.checkpoints();
    return every == 0 ? end : Math.min(end, every - completedSteps % every);
  }

  /** The longest time between two checkpoints; zero for any. */
  Duration checkpointClock() {
    return intervals.clock();
  }

  boolean probeDue(long completedSteps) {
    return due(intervals.probes(), completedSteps)
        || (completedSteps == length.steps() && probes());
  }

  private static boolean due(long every, long completed) {
    return every > 0 && completed > 0 && completed % every == 0;
  }
}
