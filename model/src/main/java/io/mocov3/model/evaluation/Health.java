package io.mocov3.model.evaluation;

import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.method.Embedding;
import io.mocov3.model.tensor.NoGrad;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a batch tells about the representation without labels. z are L2-normalised features of both
 * views, q and k L2-normalised queries and keys.
 *
 * @param featureStd mean over dimensions of the standard deviation of z over the batch; {@code
 *     1/sqrt(D)} when spread evenly, 0 when collapsed (Chen and He, 2021)
 * @param alignment {@code mean ||z1 - z2||^2} over positive pairs (Wang and Isola, 2020)
 * @param uniformity {@code log mean exp(-2 ||zi - zj||^2)} over pairs of one view (the same)
 * @param effectiveRank exponential of the entropy of the normalised singular values of the features
 *     (Roy and Vetterli, 2007; RankMe, Garrido et al., 2023)
 * @param positiveSimilarity mean of {@code qi . ki}
 * @param negativeSimilarity mean of {@code qi . kj}, i other than j
 * @param contrastiveAccuracy share of queries whose nearest key is their own
 * @param queryKeyDrift {@code ||theta_q - theta_k|| / ||theta_q||}
 */
public record Health(
    double featureStd,
    double alignment,
    double uniformity,
    double effectiveRank,
    double positiveSimilarity,
    double negativeSimilarity,
    double contrastiveAccuracy,
    double queryKeyDrift) {

  /** No more rows than these are looked at where the cost grows with their square. */
  private static final int ROWS = 256;

  private static final double TINY = 1e-12;

  /**
   * Of one step: both views as the base encoder saw them, and the keys (N, K) of the second view.
   * Waits for the device.
   */
  public static Health of(Embedding first, Embedding second, Tensor secondKeys, double drift) {
    try (NoGrad noGrad = new NoGrad()) {
      Tensor z1 = ContrastiveLoss.normalize(first.features());
      Tensor z2 = ContrastiveLoss.normalize(second.features());
      Tensor q = ContrastiveLoss.normalize(first.query());
      Tensor k = ContrastiveLoss.normalize(secondKeys.to(ScalarType.Float));
      Tensor similarities = q.mm(k.t()); // (N, N)
      long n = q.size(0);
      Tensor positives = similarities.diagonal(0, 0, 1);
      Tensor negatives =
          similarities
              .sum()
              .sub(positives.sum())
              .div(new Scalar((double) Math.max(1, n * (n - 1))));
      Tensor own =
          torch.arange(
              new Scalar(n),
              new TensorOptions(ScalarType.Long)
                  .device(new org.bytedeco.pytorch.DeviceOptional(similarities.device())));
      Tensor hits =
          similarities.argmax(new LongOptional(1), false).eq(own).to(ScalarType.Float).mean();
      double[] values =
          numbers(
              z1.std(new long[] {0}, true).mean(),
              squaredDistance(z1, z2).mean(),
              uniformity(z1),
              positives.mean(),
              negatives,
              hits);
      return new Health(
          values[0],
          values[1],
          values[2],
          effectiveRank(first.features()),
          values[3],
          values[4],
          values[5],
          drift);
    }
  }

  private static Tensor squaredDistance(Tensor a, Tensor b) {
    return a.sub(b).square().sum(1);
  }

  private static Tensor uniformity(Tensor z) {
    Tensor some = z.narrow(0, 0, Math.min(ROWS, z.size(0)));
    long n = some.size(0);
    Tensor squares = some.mm(some.t()).mul(new Scalar(-2.0)).add(new Scalar(2.0)); // ||zi - zj||^2
    Tensor potential = squares.mul(new Scalar(-2.0)).exp();
    return potential
        .sum()
        .sub(potential.diagonal(0, 0, 1).sum())
        .div(new Scalar((double) Math.max(1, n * (n - 1))))
        .log();
  }

  /** On the CPU: these bindings load no linear algebra for the GPU. */
  private static double effectiveRank(Tensor features) {
    Tensor some = features.narrow(0, 0, Math.min(ROWS, features.size(0)));
    Tensor values = torch.linalg_svdvals(some.to(ScalarType.Float).cpu());
    Tensor shares = values.div(values.sum().clamp_min(new Scalar(TINY)));
    return Math.exp(-shares.mul(shares.clamp_min(new Scalar(TINY)).log()).sum().item_double());
  }

  private static double[] numbers(Tensor... scalars) {
    Tensor[] wide = new Tensor[scalars.length];
    for (int i = 0; i < scalars.length; i++) {
      wide[i] = scalars[i].to(ScalarType.Double).view(1);
    }
    Tensor joined = torch.cat(new TensorVector(wide), 0).cpu();
    double[] values = new double[scalars.length];
    new DoublePointer(joined.data_ptr()).get(values);
    return values;
  }
}
