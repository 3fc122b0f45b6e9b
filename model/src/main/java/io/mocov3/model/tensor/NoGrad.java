package io.mocov3.model.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * No gradients on this thread until closed, and a scope for the tensors made meanwhile: what shall
 * survive is retained by its owner.
 */
public final class NoGrad implements AutoCloseable {
  private final PointerScope scope = new PointerScope();
  private final NoGradGuard guard = new NoGradGuard();

  @Override
  public void close() {
    guard.close();
    scope.close();
  }
}
