package io.mocov3.model.loss;

import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.Precision;
import io.mocov3.model.tensor.ViewPair;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * SimCLR's NT-Xent (Chen et al., 2020, Equation 1): each of the 2M embeddings of a batch is to find
 * the other view of its image among the 2M - 1 others: {@code mean_i -log softmax_{j != i}(z_i .
 * z_j / tau)[partner of i]}. Always in full precision.
 */
public final class NtXentLoss {
  private final double temperature;

  public NtXentLoss(double temperature) {
    this.temperature = temperature;
  }

  /**
   * Embeddings (N, K) of both views and those of the whole batch (M, K), all L2-normalised, to the
   * mean over the 2N; row i is row {@code offset + i} of the whole.
   */
  public Tensor of(ViewPair own, ViewPair all, long offset) {
    try (Autocast full = new Autocast(own.first().is_cuda(), Precision.FP32)) {
      Tensor rows = own.joined();
      Tensor logits = rows.mm(all.joined().t()).div(new Scalar(temperature)); // (2N, 2M)
      long n = own.first().size(0);
      long m = all.first().size(0);
      Tensor first = ContrastiveLoss.rows(offset, n, logits);
      Tensor second = ContrastiveLoss.rows(m + offset, n, logits);
      Tensor themselves = joined(first, second).unsqueeze(1);
      Tensor others = logits.scatter(1, themselves, new Scalar(Double.NEGATIVE_INFINITY));
      return torch.cross_entropy_loss(others, joined(second, first));
    }
  }

  /** The loss of uninformative features of so many images. */
  public static double atChance(int batch) {
    return Math.log(2.0 * batch - 1);
  }

  private static Tensor joined(Tensor first, Tensor second) {
    return torch.cat(new TensorVector(first, second), 0);
  }
}
