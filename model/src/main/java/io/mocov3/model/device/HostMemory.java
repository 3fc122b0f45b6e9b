package io.mocov3.model.device;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Native memory of the host, pinned where a GPU shall read it while the host goes on. */
public final class HostMemory {
  private static final Cleaner CLEANER = Cleaner.create();

  private HostMemory() {}

  /** Pinned bytes, freed when neither the buffer nor a view of it is reachable any more. */
  public static ByteBuffer pinned(int bytes) {
    try (PointerScope scope = new PointerScope()) {
      Tensor block = allocate(bytes, true);
      block.retainReference();
      ByteBuffer buffer = wrap(block);
      CLEANER.register(buffer, block::releaseReference);
      return buffer;
    }
  }

  /** So many bytes, in the caller's scope. */
  public static Tensor allocate(long bytes, boolean pinned) {
    return torch.empty(
        new long[] {bytes},
        new TensorOptions(ScalarType.Byte).pinned_memory(new BoolOptional(pinned)),
        null);
  }

  /** The memory of a tensor of bytes, which has to outlive it. */
  public static ByteBuffer wrap(Tensor bytes) {
    return new BytePointer(bytes.data_ptr())
        .capacity(bytes.nbytes())
        .asByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
