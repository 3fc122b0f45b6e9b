package io.mocov3.model.nn;

import io.mocov3.model.ModelException;
import io.mocov3.model.tensor.TensorSize;

/**
 * The shape of a projection or prediction head: {@code layers} linear layers without bias, ReLU
 * between them. {@code batchNorm} is false for none at all; {@code finalBatchNorm} adds one without
 * affine parameters after the last layer.
 */
public record HeadConfig(
    int layers, int hidden, int out, boolean batchNorm, boolean finalBatchNorm) {

  public HeadConfig {
    if (layers < 1 || hidden < 1 || out < 1) {
      throw new ModelException("layers, hidden and out of a head must be positive");
    }
    if (layers > 1) {
      TensorSize.require("a head's last layer", out, hidden, "hidden", "out");
    }
    if (layers > 2) {
      TensorSize.require("a head's hidden layer", hidden, hidden, "hidden");
    }
  }

  /** The width of the first layer's output. */
  public int first() {
    return layers > 1 ? hidden : out;
  }
}
