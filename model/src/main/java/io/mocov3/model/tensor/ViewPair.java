package io.mocov3.model.tensor;

import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One tensor for each of the two views, and smaller views where there are any. Whoever holds it
 * owns the native memory and closes it; {@link #retained} is for a pair that leaves the scope in
 * which it was computed.
 */
public record ViewPair(Tensor first, Tensor second, List<Tensor> small) implements AutoCloseable {

  public ViewPair {
    small = List.copyOf(small);
  }

  /** Without smaller ones. */
  public ViewPair(Tensor first, Tensor second) {
    this(first, second, List.of());
  }

  /** Keeps all of its tensors alive beyond the current scope. */
  public ViewPair retained() {
    first.retainReference();
    second.retainReference();
    small.forEach(Tensor::retainReference);
    return this;
  }

  /** Both (N, ...) in one tensor (2 N, ...), in the caller's scope. */
  public Tensor joined() {
    return torch.cat(new TensorVector(first, second), 0);
  }

  /** What {@link #joined} has put together, or what was made of it row by row. */
  public static ViewPair halvesOf(Tensor both) {
    long n = both.size(0) / 2;
    return new ViewPair(both.narrow(0, 0, n), both.narrow(0, n, n));
  }

  @Override
  public void close() {
    release(first);
    release(second);
    small.forEach(ViewPair::release);
  }

  private static void release(Pointer pointer) {
    if (!pointer.isNull()) {
      pointer.releaseReference();
    }
  }
}
