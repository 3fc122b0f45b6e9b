package io.mocov3.actors.training;

import io.mocov3.model.optim.LearningRateSchedule;
import io.mocov3.model.optim.MomentumSchedule;

/**
 * How long and at which rates: {@code steps} in all, counted from 0; epochs are fractional, {@code
 * step / stepsPerEpoch}. An interval of 0 means never. With {@code memorySaver} the second view
 * waits until the first term of the loss has gone backward.
 */
public record TrainingPlan(
    long steps,
    long stepsPerEpoch,
    int batchSize,
    LearningRateSchedule learningRate,
    MomentumSchedule momentum,
    long checkpointEverySteps,
    long probeEverySteps,
    boolean logSamples,
    boolean memorySaver) {

  double epochOf(long step) {
    return (double) step / stepsPerEpoch;
  }

  boolean checkpointDue(long completedSteps) {
    return due(checkpointEverySteps, completedSteps) || completedSteps == steps;
  }

  boolean probeDue(long completedSteps) {
    return due(probeEverySteps, completedSteps) || (completedSteps == steps && probeEverySteps > 0);
  }

  private static boolean due(long every, long completed) {
    return every > 0 && completed > 0 && completed % every == 0;
  }
}
