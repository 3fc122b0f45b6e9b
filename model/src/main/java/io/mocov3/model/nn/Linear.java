package io.mocov3.model.nn;

import io.mocov3.model.nn.Weights.Kind;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** {@code y = x W^T + b}: (..., in) to (..., out). */
public final class Linear {
  private final Tensor weight;
  private final TensorOptional bias;

  /** Some of the rows: (..., in) to (..., rows). */
  @FunctionalInterface
  interface Applied {
    Tensor to(Tensor x);
  }

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

  /** The same map in parts of so many rows each, in the caller's scope; needs a bias. */
  List<Applied> split(long... rows) {
    TensorVector weights = weight.split_with_sizes(rows, 0);
    TensorVector biases = bias.get().split_with_sizes(rows, 0);
    return IntStream.range(0, rows.length)
        .<Applied>mapToObj(
            i -> x -> torch.linear(x, weights.get(i), new TensorOptional(biases.get(i))))
        .toList();
  }
}
