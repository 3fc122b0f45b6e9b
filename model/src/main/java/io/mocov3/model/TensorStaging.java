package io.mocov3.model;

import io.mocov3.model.safetensors.TensorData;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/**
 * A copy of a set of tensors in host memory that others may read while training goes on. The memory
 * is taken once and used again: one reader at a time.
 */
public final class TensorStaging {
  private final Map<String, ByteBuffer> buffers = new LinkedHashMap<>();

  /** Overwrites the copy. The same names, types and shapes must be given every time. */
  public SequencedMap<String, TensorData> stage(SequencedMap<String, Tensor> tensors) {
    SequencedMap<String, TensorData> staged = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          ByteBuffer buffer = buffers.computeIfAbsent(name, absent -> TensorCodec.allocate(tensor));
          staged.put(name, TensorCodec.toData(tensor, buffer));
        });
    return staged;
  }
}
