package io.mocov3.model.loss;

import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.Precision;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * InfoNCE over a batch, the paper's {@code ctr}: {@code 2 tau * mean_i -log softmax_j(q_i . k_j /
 * tau)[i]} of L2-normalised queries and keys (Algorithm 1). Always in full precision.
 */
public final class ContrastiveLoss {
  private static final double NORM_EPSILON = 1e-12;

  private final double temperature;

  public ContrastiveLoss(double temperature) {
    this.temperature = temperature;
  }

  /** Queries (N, K) and keys (N, K), neither normalised, to a scalar. */
  public Tensor ctr(Tensor queries, Tensor keys) {
    return ctr(queries, keys, 0);
  }

  /**
   * Queries (N, K) and keys (M, K), neither normalised, to a scalar; the key of query i is that of
   * row {@code offset + i}.
   */
  public Tensor ctr(Tensor queries, Tensor keys, long offset) {
    return ctr(queries, keys, offset, Optional.empty());
  }

  /** The same with more negatives (L, K), L2-normalised. */
  public Tensor ctr(Tensor queries, Tensor keys, long offset, Optional<Tensor> negatives) {
    try (Autocast full = new Autocast(queries.is_cuda(), Precision.FP32)) {
      Tensor q = normalize(queries);
      Tensor k = normalize(keys);
      if (negatives.isPresent()) {
        k = torch.cat(new TensorVector(k, negatives.get()), 0);
      }
      Tensor logits = q.mm(k.t()).div(new Scalar(temperature)); // (N, M + L)
      return torch
          .cross_entropy_loss(logits, rows(offset, q.size(0), logits))
          .mul(new Scalar(2 * temperature));
    }
  }

  /** The loss of uninformative features over both terms: {@code 4 tau ln M} of M candidates. */
  public static double atChance(double temperature, int candidates) {
    return 4 * temperature * Math.log(candidates);
  }

  /** The numbers of {@code count} rows from {@code from} on, where {@code like} is. */
  static Tensor rows(long from, long count, Tensor like) {
    return torch.arange(
        new Scalar(from),
        new Scalar(from + count),
        new TensorOptions(ScalarType.Long)
            .device(new org.bytedeco.pytorch.DeviceOptional(like.device())));
  }

  public static Tensor normalize(Tensor x) {
    Tensor wide = x.scalar_type().intern() == ScalarType.Double ? x : x.to(ScalarType.Float);
    Tensor norm =
        wide.norm(new org.bytedeco.pytorch.ScalarOptional(new Scalar(2.0)), new long[] {1}, true);
    return wide.div(norm.clamp_min(new Scalar(NORM_EPSILON)));
  }
}
