package io.mocov3.model.optim;

import io.mocov3.model.ModelException;

/** AdamW with decoupled weight decay. */
public record AdamWConfig(
    double beta1, double beta2, double epsilon, double weightDecay, DecayExclusion decayExclusion)
    implements OptimizerConfig {

  public AdamWConfig {
    checkMoments(beta1, beta2, epsilon, weightDecay);
  }

  static void checkMoments(double beta1, double beta2, double epsilon, double weightDecay) {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
      throw new ModelException("betas " + beta1 + ", " + beta2 + " must lie in [0, 1)");
    }
    if (!(epsilon > 0) || !(weightDecay >= 0)) {
      throw new ModelException("epsilon must be greater than 0 and weight-decay at least 0");
    }
  }
}
