package io.mocov3.model.optim;

import io.mocov3.model.tensor.TorchOps;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The layer-wise scale of LARS and LAMB, computed on the device for all tensors at once. */
final class TrustRatio {
  private TrustRatio() {}

  /** {@code u *= c |w| / |u|} for each tensor, in place; left alone where a norm is 0. */
  static void scale(List<Tensor> updates, List<Tensor> weights, double coefficient) {
    if (updates.isEmpty()) {
      return;
    }
    Tensor weightNorms = stack(TorchOps.foreachNorm(weights));
    Tensor updateNorms = stack(TorchOps.foreachNorm(updates));
    Tensor ratio = weightNorms.div(updateNorms).mul(new Scalar(coefficient));
    Tensor nonzero = weightNorms.gt(new Scalar(0.0)).logical_and(updateNorms.gt(new Scalar(0.0)));
    Tensor ratios = torch.where(nonzero, ratio, torch.ones_like(ratio));
    TorchOps.foreachMul(
        updates, LongStream.range(0, updates.size()).mapToObj(i -> ratios.select(0, i)).toList());
  }

  /** Scalars as one tensor. */
  static Tensor stack(List<Tensor> scalars) {
    return torch.stack(new TensorVector(scalars.toArray(Tensor[]::new)));
  }
}
