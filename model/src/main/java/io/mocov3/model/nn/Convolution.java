package io.mocov3.model.nn;

import io.mocov3.model.nn.Weights.Kind;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A 2-D convolution padded by half its kernel: (N, in, H, W) to (N, out, H/stride, W/stride). */
public final class Convolution {
  private static final long[] NO_DILATION = {1, 1};

  private final Tensor weight;
  private final TensorOptional bias;
  private final long[] stride;
  private final long[] padding;

  /** Without a bias. The kernel is (out, in, K, K) with K odd. */
  public Convolution(Weights weights, String name, Tensor kernel, int stride) {
    this(weights.add(name + ".weight", kernel, Kind.TRAINED), new TensorOptional(), stride);
    weights.own(bias);
  }

  /** With a bias (out). */
  public Convolution(Weights weights, String name, Tensor kernel, Tensor bias, int stride) {
    this(
        weights.add(name + ".weight", kernel, Kind.TRAINED),
        weights.optional(weights.add(name + ".bias", bias, Kind.TRAINED)),
        stride);
  }

  private Convolution(Tensor weight, TensorOptional bias, int stride) {
    this.weight = weight;
    this.bias = bias;
    this.stride = new long[] {stride, stride};
    this.padding = new long[] {weight.size(2) / 2, weight.size(3) / 2};
  }

  /** (N, in, H, W) to (N, out, H/stride, W/stride), in the caller's scope. */
  public Tensor forward(Tensor x) {
    return torch.conv2d(x, weight, bias, stride, padding, NO_DILATION, 1);
  }
}
