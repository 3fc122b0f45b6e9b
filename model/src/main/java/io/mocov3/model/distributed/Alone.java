package io.mocov3.model.distributed;

import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** One process that has all of the batch. */
final class Alone implements Group {
  static final Group GROUP = new Alone();

  private Alone() {}

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public Tensor gather(Tensor part) {
    return part;
  }

  @Override
  public Tensor gatherWithGradient(Tensor part) {
    return part;
  }

  @Override
  public void average(List<Tensor> tensors) {}

  @Override
  public void broadcast(List<Tensor> tensors) {}

  @Override
  public Optional<GroupException> failure() {
    return Optional.empty();
  }

  @Override
  public long[] sum(long... numbers) {
    return numbers;
  }

  @Override
  public long[] gather(long... numbers) {
    return numbers;
  }
}
