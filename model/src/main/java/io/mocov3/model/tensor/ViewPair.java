package io.mocov3.model.tensor;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/**
 * One tensor for each of the two views. Whoever holds it owns the native memory and closes it;
 * {@link #retained} is for a pair that leaves the scope in which it was computed.
 */
public record ViewPair(Tensor first, Tensor second) implements AutoCloseable {

  /** Keeps both tensors alive beyond the current scope. */
  public ViewPair retained() {
    first.retainReference();
    second.retainReference();
    return this;
  }

  @Override
  public void close() {
    release(first);
    release(second);
  }

  private static void release(Pointer pointer) {
    if (!pointer.isNull()) {
      pointer.releaseReference();
    }
  }
}
