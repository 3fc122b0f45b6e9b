package io.mocov3.model.tensor;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A forward pass in parts: what only one part needed is gone when the next one begins. */
public final class Forward {
  private Forward() {}

  /**
   * Sends {@code x} through the parts in turn. Of all their tensors only the last output stays, in
   * the caller's scope, besides what a graph holds for its backward pass.
   */
  public static Tensor through(List<? extends UnaryOperator<Tensor>> parts, Tensor x) {
    Tensor current = x;
    boolean ours = false;
    for (UnaryOperator<Tensor> part : parts) {
      Tensor next = alone(part, current);
      if (ours) {
        current.releaseReference();
      }
      current = next;
      ours = true;
    }
    PointerScope outer = PointerScope.getInnerScope();
    if (ours && outer != null) {
      outer.attach(current);
      current.releaseReference();
    }
    return current;
  }

  /** The output has no scope, but one reference. */
  private static Tensor alone(UnaryOperator<Tensor> part, Tensor x) {
    try (PointerScope scope = new PointerScope()) {
      Tensor output = part.apply(x);
      output.retainReference();
      return output;
    }
  }
}
