package io.mocov3.model;

import io.mocov3.model.Weights.Kind;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Batch normalisation of (N, C) with the statistics of the batch it is given; epsilon 1e-5, running
 * statistics with momentum 0.1.
 */
final class BatchNorm {
  private static final double EPSILON = 1e-5;
  private static final double RUNNING_MOMENTUM = 0.1;

  private final TensorOptional weight;
  private final TensorOptional bias;
  private final TensorOptional runningMean;
  private final TensorOptional runningVariance;

  BatchNorm(Weights weights, String name, long channels, boolean affine) {
    weight = affine ? parameter(weights, name + ".weight", Init.ones(channels)) : none(weights);
    bias = affine ? parameter(weights, name + ".bias", Init.zeros(channels)) : none(weights);
    runningMean = buffer(weights, name + ".running_mean", Init.zeros(channels));
    runningVariance = buffer(weights, name + ".running_var", Init.ones(channels));
  }

  /** Training mode: normalises by this batch and moves the running statistics. */
  Tensor forward(Tensor x) {
    return torch.batch_norm(
        x, weight, bias, runningMean, runningVariance, true, RUNNING_MOMENTUM, EPSILON, true);
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
