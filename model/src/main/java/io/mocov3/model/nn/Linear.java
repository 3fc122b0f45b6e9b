package io.mocov3.model.nn;

import io.mocov3.model.nn.Weights.Kind;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** {@code y = x W^T + b}: (..., in) to (..., out). */
public final class Linear {
  private final Tensor weight;
  private final TensorOptional bias;

  /** Without a bias; the weight is (out, in). */
  public Linear(Weights weights, String name, Tensor weight) {
    this.weight = weights.add(name + ".weight", weight, Kind.TRAINED);
    this.bias = weights.own(new TensorOptional());
  }

  /** With a bias (out). */
  public Linear(Weights weights, String name, Tensor weight, Tensor bias) {
    this.weight = weights.add(name + ".weight", weight, Kind.TRAINED);
    this.bias = weights.optional(weights.add(name + ".bias", bias, Kind.TRAINED));
  }

  /** (..., in) to (..., out), in the caller's scope. */
  public Tensor forward(Tensor x) {
    return torch.linear(x, weight, bias);
  }
}
