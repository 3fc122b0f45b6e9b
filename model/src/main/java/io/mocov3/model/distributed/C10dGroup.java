package io.mocov3.model.distributed;

import io.mocov3.model.tensor.NativeMessage;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;

/**
 * A group over libtorch's c10d. Tensors go over {@code tensors}, which is NCCL where they are on a
 * GPU; small numbers that the host needs go over {@code numbers}, always Gloo, so that no GPU has
 * to be waited for.
 */
final class C10dGroup implements Group {
  private final Ranks ranks;
  private final Backend tensors;
  private final Backend numbers;
  private final Summing summing;
  private volatile Optional<GroupException> failure = Optional.empty();

  /** The two backends may be one. */
  C10dGroup(Ranks ranks, Backend tensors, Backend numbers) {
    this.ranks = ranks;
    this.tensors = tensors;
    this.numbers = numbers;
    summing = new Summing();
    summing.retainReference();
  }

  /**
   * Sums a gradient over the ranks on its way back. One for all tensors: bindings have few native
   * functions to give, and each lives as long as its object.
   */
  private final class Summing extends TensorTensorHook {
    private Optional<Tensor> returned = Optional.empty();

    @Override
    public TensorBase call(TensorBase gradient) {
      forget();
      try (NoGrad noGrad = new NoGrad()) {
        Tensor sum = new Tensor(gradient).contiguous().clone();
        done(() -> tensors.allreduce(new TensorVector(sum)));
        returned = Optional.of(Tensors.keep(sum));
        return sum;
      }
    }

    /** The caller takes its copy after this has returned. */
    void forget() {
      returned.ifPresent(Tensor::releaseReference);
      returned = Optional.empty();
    }
  }

  @Override
  public int rank() {
    return ranks.rank();
  }

  @Override
  public int size() {
    return ranks.size();
  }

  @Override
  public Tensor gather(Tensor part) {
    Tensor all = empty(part);
    try (NoGrad noGrad = new NoGrad()) {
      Tensor mine = part.detach().contiguous();
      done(() -> tensors._allgather_base(all, mine));
    }
    return all;
  }

  private Tensor empty(Tensor part) {
    long[] shape = part.shape();
    shape[0] *= size();
    return part.new_empty(shape);
  }

  @Override
  public Tensor gatherWithGradient(Tensor part) {
    Tensor all = gather(part);
    long rows = part.size(0);
    List<Tensor> parts = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      parts.add(i == rank() ? part : all.narrow(0, i * rows, rows));
    }
    Tensor whole = torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0);
    if (whole.requires_grad()) {
      whole.register_hook(summing);
    }
    return whole;
  }

  @Override
  public void average(List<Tensor> values) {
    try (NoGrad noGrad = new NoGrad()) {
      Scalar share = new Scalar(1.0 / size());
      Buckets.through(
          values,
          flat -> {
            done(() -> tensors.allreduce(new TensorVector(flat)));
            flat.mul_(share);
          });
    }
  }

  @Override
  public void broadcast(List<Tensor> values) {
    try (NoGrad noGrad = new NoGrad()) {
      Buckets.through(values, flat -> done(() -> tensors.broadcast(new TensorVector(flat))));
    }
  }

  @Override
  public long[] sum(long... mine) {
    try (NoGrad noGrad = new NoGrad()) {
      Tensor tensor = Tensor.create(mine);
      done(() -> numbers.allreduce(new TensorVector(tensor)));
      return read(tensor);
    }
  }

  @Override
  public long[] gather(long... mine) {
    try (NoGrad noGrad = new NoGrad()) {
      Tensor part = Tensor.create(mine);
      Tensor all = empty(part);
      done(() -> numbers._allgather_base(all, part));
      return read(all);
    }
  }

  private static long[] read(Tensor tensor) {
    long[] values = new long[Math.toIntExact(tensor.numel())];
    new LongPointer(tensor.data_ptr()).get(values);
    return values;
  }

  @Override
  public Optional<GroupException> failure() {
    return failure;
  }

  private void done(Supplier<Work> collective) {
    try (PointerScope scope = new PointerScope()) {
      collective.get()._wait();
    } catch (RuntimeException e) {
      GroupException gone = new GroupException("another rank is gone: " + NativeMessage.of(e), e);
      failure = Optional.of(gone);
      throw gone;
    }
  }
}
