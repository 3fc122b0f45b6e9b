package io.mocov3.model.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Ownership of tensors. */
public final class Tensors {
  private Tensors() {}

  /** What was kept belongs to the scope that is open now, if there is one. */
  public static void hand(Tensor kept) {
    PointerScope scope = PointerScope.getInnerScope();
    if (scope != null) {
      scope.attach(kept);
      kept.releaseReference();
    }
  }

  /** Outlives the scope that made it; whoever keeps it calls {@link Tensor#releaseReference}. */
  public static Tensor keep(Tensor tensor) {
    tensor.retainReference();
    return tensor;
  }
}
