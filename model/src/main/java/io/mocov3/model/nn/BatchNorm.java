package io.mocov3.model.nn;

import io.mocov3.model.distributed.Group;
import io.mocov3.model.nn.Weights.Kind;
import io.mocov3.model.tensor.NoGrad;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Batch normalisation of (N, C) or (N, C, H, W); epsilon 1e-5. In training it uses the statistics
 * of the batch it is given, on all ranks together, and moves the running ones with momentum 0.1; in
 * evaluation it uses those.
 */
public final class BatchNorm {
  private static final double EPSILON = 1e-5;
  private static final double RUNNING_MOMENTUM = 0.1;

  private final TensorOptional weight;
  private final TensorOptional bias;
  private final TensorOptional runningMean;
  private final TensorOptional runningVariance;
  private final Weights weights;

  public BatchNorm(Weights weights, String name, long channels, boolean affine) {
    this(weights, name, channels, affine, Init.ones(channels));
  }

  private BatchNorm(Weights weights, String name, long channels, boolean affine, Tensor scale) {
    weight = affine ? parameter(weights, name + ".weight", scale) : none(weights);
    bias = affine ? parameter(weights, name + ".bias", Init.zeros(channels)) : none(weights);
    runningMean = buffer(weights, name + ".running_mean", Init.zeros(channels));
    runningVariance = buffer(weights, name + ".running_var", Init.ones(channels));
    this.weights = weights;
  }

  /** Affine, with a scale of zero: what it normalises is silent at first. */
  public static BatchNorm startingAtZero(Weights weights, String name, long channels) {
    return new BatchNorm(weights, name, channels, true, Init.zeros(channels));
  }

  /** (N, C) or (N, C, H, W) to the same, in the caller's scope. */
  public Tensor forward(Tensor x) {
    Group group = weights.group();
    return group.isAlone() || !weights.usesBatchStatistics() ? alone(x) : over(group, x);
  }

  private Tensor alone(Tensor x) {
    return torch.batch_norm(
        x,
        weight,
        bias,
        runningMean,
        runningVariance,
        weights.usesBatchStatistics(),
        RUNNING_MOMENTUM,
        EPSILON,
        true);
  }

  /** With the graph through the statistics of all ranks, which all have parts of one size. */
  private Tensor over(Group group, Tensor x) {
    long[] channels = perChannel(x);
    GlobalStatistics of = GlobalStatistics.of(group, x);
    move(of);
    Tensor scale = of.variance().add(new Scalar(EPSILON)).rsqrt();
    Tensor shift = of.mean().neg().mul(scale);
    if (weight.has_value()) {
      scale = scale.mul(weight.get());
      shift = shift.mul(weight.get()).add(bias.get());
    }
    return torch.addcmul(shift.view(channels), x, scale.view(channels)).to(x.scalar_type());
  }

  private void move(GlobalStatistics of) {
    try (NoGrad noGrad = new NoGrad()) {
      Scalar momentum = new Scalar(RUNNING_MOMENTUM);
      double unbiased = of.count() / (of.count() - 1.0);
      runningMean.get().lerp_(of.mean().detach(), momentum);
      runningVariance.get().lerp_(of.variance().detach().mul(new Scalar(unbiased)), momentum);
    }
  }

  private static long[] perChannel(Tensor x) {
    return x.dim() == 2 ? new long[] {1, x.size(1)} : new long[] {1, x.size(1), 1, 1};
  }

  /** (N, L, D) with statistics over all N L tokens. */
  public Tensor overTokens(Tensor x) {
    return forward(x.flatten(0, 1)).view_as(x);
  }

  private static TensorOptional parameter(Weights weights, String name, Tensor value) {
    return weights.optional(weights.add(name, value, Kind.TRAINED));
  }

  private static TensorOptional buffer(Weights weights, String name, Tensor value) {
    Tensor typed = value.to(weights.placement().dtype());
    return weights.optional(weights.add(name, typed, Kind.BUFFER));
  }

  private static TensorOptional none(Weights weights) {
    return weights.own(new TensorOptional());
  }
}
