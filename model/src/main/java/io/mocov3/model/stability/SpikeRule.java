package io.mocov3.model.stability;

import io.mocov3.model.ModelException;

/**
 * When a gradient norm is a spike: its logarithm lies more than {@code threshold} robust standard
 * deviations (1.4826 times the median absolute deviation) above the median of the last {@code
 * window} steps, and the norm is at least {@code smallestRatio} times that median.
 *
 * @param warmUpSteps steps that are only watched, at the start and after a rollback
 * @param refractorySteps after a crossing a layer is quiet for so many steps
 * @param lagSteps crossings of other layers within so many steps of the newest belong to one spike
 */
public record SpikeRule(
    int window,
    double threshold,
    double smallestRatio,
    int warmUpSteps,
    int refractorySteps,
    int lagSteps) {

  public static final SpikeRule DEFAULT = new SpikeRule(200, 8, 3, 100, 25, 50);

  public SpikeRule {
    if (window < 10 || !(threshold > 0) || !(smallestRatio >= 1) || warmUpSteps < 10) {
      throw new ModelException(
          "spikes need a window and a warm-up of at least 10 steps, a threshold above 0 and a ratio"
              + " of at least 1");
    }
  }
}
