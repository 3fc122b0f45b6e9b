package io.mocov3.model.tensor;

import io.mocov3.model.device.HostMemory;
import io.mocov3.model.safetensors.TensorData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/**
 * A copy of a set of tensors in host memory that others may read while training goes on. The memory
 * is native, taken once and as a whole, pinned where the tensors are on a GPU; one copy at a time.
 */
public final class TensorStaging implements AutoCloseable {
  private static final long ALIGNMENT = 64;

  private final Tensor block;
  private final List<Tensor> copies = new ArrayList<>();
  private final SequencedMap<String, TensorData> data = new LinkedHashMap<>();

  /** The copy. Its memory stays until it is closed, also when the staging is closed before. */
  public record Copy(SequencedMap<String, TensorData> tensors, Tensor memory)
      implements AutoCloseable {
    public Copy {
      memory.retainReference();
    }

    @Override
    public void close() {
      memory.releaseReference();
    }
  }

  /** Takes the memory for tensors of these names, types and shapes. */
  public TensorStaging(SequencedMap<String, Tensor> tensors) {
    try (NoGrad noGrad = new NoGrad()) {
      boolean pinned = tensors.values().stream().anyMatch(Tensor::is_cuda);
      block = Tensors.keep(HostMemory.allocate(bytes(tensors), pinned));
      long offset = 0;
      for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
        Tensor tensor = entry.getValue();
        Tensor bytes = block.narrow(0, offset, tensor.nbytes());
        copies.add(Tensors.keep(bytes.view(tensor.scalar_type().intern()).view(tensor.shape())));
        data.put(entry.getKey(), TensorCodec.wrap(tensor, HostMemory.wrap(bytes)));
        offset += aligned(tensor.nbytes());
      }
    }
  }

  /** Bytes that copies of these tensors take. */
  public static long bytes(SequencedMap<String, Tensor> tensors) {
    return tensors.values().stream().mapToLong(tensor -> aligned(tensor.nbytes())).sum();
  }

  /** Overwrites the copy by the tensors, which are those the memory was taken for. */
  public Copy stage(SequencedMap<String, Tensor> tensors) {
    try (NoGrad noGrad = new NoGrad()) {
      int next = 0;
      for (Tensor tensor : tensors.values()) {
        copies.get(next++).copy_(tensor);
      }
    }
    return new Copy(new LinkedHashMap<>(data), block);
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  @Override
  public void close() {
    copies.forEach(Tensor::releaseReference);
    block.releaseReference();
  }
}
