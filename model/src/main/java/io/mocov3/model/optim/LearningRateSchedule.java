package io.mocov3.model.optim;

import io.mocov3.model.ModelException;

/**
 * Linear warm-up from 0, then half a cosine down to {@code smallest}, at fractional epochs. The
 * peak is {@code baseLearningRate * batchSize / 256}.
 */
public record LearningRateSchedule(
    double baseLearningRate, int batchSize, double warmupEpochs, double epochs, double smallest) {

  /** Down to 0. */
  public LearningRateSchedule(
      double baseLearningRate, int batchSize, double warmupEpochs, double epochs) {
    this(baseLearningRate, batchSize, warmupEpochs, epochs, 0);
  }

  public LearningRateSchedule {
    if (!(warmupEpochs >= 0 && epochs > 0 && warmupEpochs <= epochs)) {
      throw new ModelException(
          "warmup-epochs " + warmupEpochs + " must lie between 0 and epochs " + epochs);
    }
    if (!(baseLearningRate >= 0) || batchSize < 1) {
      throw new ModelException("base-learning-rate must be at least 0 and batch-size positive");
    }
  }

  public double at(double epoch) {
    double peak = baseLearningRate * batchSize / 256;
    if (epoch < warmupEpochs || warmupEpochs == epochs) {
      return peak * epoch / warmupEpochs;
    }
    double end = Math.min(smallest, peak);
    return end
        + (peak - end)
            * 0.5
            * (1 + Math.cos(Math.PI * (epoch - warmupEpochs) / (epochs - warmupEpochs)));
  }
}
