package io.mocov3.model.loss;

import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.Precision;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * SwAV's loss (Caron et al., 2020, Equation 2): the code of one view is to be predicted from the
 * other, the mean of both directions. Always in full precision.
 */
public final class SwappedPredictionLoss {
  private final double temperature;

  public SwappedPredictionLoss(double temperature) {
    this.temperature = temperature;
  }

  /** Embeddings (N, K) and prototypes (P, K), neither normalised, to cosines (N, P). */
  public static Tensor scores(Tensor embeddings, Tensor prototypes) {
    try (Autocast full = new Autocast(embeddings.is_cuda(), Precision.FP32)) {
      return ContrastiveLoss.normalize(embeddings).mm(ContrastiveLoss.normalize(prototypes).t());
    }
  }

  /** Scores (N, P) of one view and the codes (N, P) of the other, to a scalar. */
  public Tensor of(Tensor scores, Tensor codes) {
    Tensor predicted = scores.div(new Scalar(temperature)).log_softmax(1);
    return codes.mul(predicted).sum(1).mean().neg();
  }

  /** The loss of uninformative features. */
  public static double atChance(int prototypes) {
    return Math.log(prototypes);
  }
}
