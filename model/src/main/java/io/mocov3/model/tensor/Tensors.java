package io.mocov3.model.tensor;

import org.bytedeco.pytorch.Tensor;

/** Ownership of tensors. */
public final class Tensors {
  private Tensors() {}

  /** Outlives the scope that made it; whoever keeps it calls {@link Tensor#releaseReference}. */
  public static Tensor keep(Tensor tensor) {
    tensor.retainReference();
    return tensor;
  }
}
