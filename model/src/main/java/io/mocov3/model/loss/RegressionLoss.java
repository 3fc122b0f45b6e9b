package io.mocov3.model.loss;

import org.bytedeco.pytorch.Tensor;

/**
 * BYOL's loss (Grill et al., 2020, Equation 2): the mean squared distance of L2-normalised
 * predictions and targets, {@code 2 - 2 cos}. Always in full precision.
 */
public final class RegressionLoss {
  /** Of both terms, for predictions that have nothing to do with their targets. */
  public static final double AT_CHANCE = 4;

  private RegressionLoss() {}

  /** Predictions (N, K) and targets (N, K), neither normalised, to a scalar. */
  public static Tensor of(Tensor predictions, Tensor targets) {
    Tensor apart = ContrastiveLoss.normalize(predictions).sub(ContrastiveLoss.normalize(targets));
    return apart.square().sum(1).mean();
  }
}
