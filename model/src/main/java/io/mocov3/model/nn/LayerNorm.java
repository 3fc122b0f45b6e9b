package io.mocov3.model.nn;

import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.Precision;
import io.mocov3.model.nn.Weights.Kind;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Layer normalisation over the last dimension D, epsilon 1e-6. */
public final class LayerNorm {
  private static final double EPSILON = 1e-6;

  private final long[] shape;
  private final TensorOptional weight;
  private final TensorOptional bias;

  public LayerNorm(Weights weights, String name, long width) {
    shape = new long[] {width};
    weight = weights.optional(weights.add(name + ".weight", Init.ones(width), Kind.TRAINED));
    bias = weights.optional(weights.add(name + ".bias", Init.zeros(width), Kind.TRAINED));
  }

  /** (..., D) to (..., D), in the caller's scope; bf16 stays bf16, with its sums in fp32. */
  public Tensor forward(Tensor x) {
    if (x.scalar_type().intern() == ScalarType.BFloat16) {
      try (Autocast own = new Autocast(x.is_cuda(), Precision.FP32)) {
        return torch.layer_norm(x, shape, narrow(weight), narrow(bias), EPSILON, true);
      }
    }
    return torch.layer_norm(x, shape, weight, bias, EPSILON, true);
  }

  private static TensorOptional narrow(TensorOptional wide) {
    return new TensorOptional(wide.get().to(ScalarType.BFloat16));
  }
}
