package io.mocov3.model.optim;

/** AdamW whose rate is divided by how far a tensor's gradient is beyond its second moment. */
public record StableAdamWConfig(
    double beta1, double beta2, double epsilon, double weightDecay, DecayExclusion decayExclusion)
    implements OptimizerConfig {

  public StableAdamWConfig {
    AdamWConfig.checkMoments(beta1, beta2, epsilon, weightDecay);
  }
}
