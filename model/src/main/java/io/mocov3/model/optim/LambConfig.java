package io.mocov3.model.optim;

import io.mocov3.model.ModelException;

/**
 * LAMB. {@code maxGradientNorm} bounds the norm of all gradients together before the moments see
 * them; 0 means never, so that nothing hides what large rates do.
 */
public record LambConfig(
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    DecayExclusion decayExclusion,
    double maxGradientNorm)
    implements OptimizerConfig {

  public LambConfig {
    AdamWConfig.checkMoments(beta1, beta2, epsilon, weightDecay);
    if (!(maxGradientNorm >= 0)) {
      throw new ModelException("max-gradient-norm " + maxGradientNorm + " must be at least 0");
    }
  }
}
