package io.mocov3.model.interchange;

import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.tensor.TensorCodec;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/** A normalised patch projection as the plain one that computes the same in evaluation. */
final class FoldedProjection {
  private static final String WEIGHT = "patch_embed.proj.weight";
  private static final String BIAS = "patch_embed.proj.bias";
  private static final String NORM = "patch_embed.norm.";
  private static final double EPSILON = 1e-5;

  private FoldedProjection() {}

  static void foldWeightNorm(SequencedMap<String, TensorData> tensors) {
    try (PointerScope scope = new PointerScope()) {
      Tensor direction = TensorCodec.toTensor(tensors.remove(WEIGHT + "_v"));
      Tensor length = TensorCodec.toTensor(tensors.remove(WEIGHT + "_g"));
      Tensor norms =
          direction
              .flatten(1, 3)
              .norm(new ScalarOptional(new Scalar(2.0)), new long[] {1}, true)
              .view(-1, 1, 1, 1);
      tensors.put(WEIGHT, TensorCodec.toData(direction.mul(length.div(norms))));
    }
  }

  /** {@code w' = w g / sigma, b' = (b - mu) g / sigma + beta} with the running statistics. */
  static void foldBatchNorm(SequencedMap<String, TensorData> tensors) {
    try (PointerScope scope = new PointerScope()) {
      Tensor scale =
          TensorCodec.toTensor(tensors.remove(NORM + "weight"))
              .div(
                  TensorCodec.toTensor(tensors.remove(NORM + "running_var"))
                      .add(new Scalar(EPSILON))
                      .sqrt());
      Tensor shift = TensorCodec.toTensor(tensors.remove(NORM + "bias"));
      Tensor mean = TensorCodec.toTensor(tensors.remove(NORM + "running_mean"));
      Tensor weight = TensorCodec.toTensor(tensors.get(WEIGHT));
      Tensor bias = TensorCodec.toTensor(tensors.get(BIAS));
      tensors.put(WEIGHT, TensorCodec.toData(weight.mul(scale.view(-1, 1, 1, 1))));
      tensors.put(BIAS, TensorCodec.toData(bias.sub(mean).mul(scale).add(shift)));
    }
  }
}
