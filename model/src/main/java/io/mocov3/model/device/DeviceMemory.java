package io.mocov3.model.device;

import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.cuda.DeviceStats;
import org.bytedeco.pytorch.global.torch;

/**
 * What libtorch's allocator holds of a GPU's memory, in bytes: {@code allocated} is in tensors,
 * {@code reserved} is taken from the driver, {@code peak} the most that was ever in tensors.
 */
public record DeviceMemory(long allocated, long reserved, long peak) {

  /** Empty on a CPU, and where a library of CUDA is missing that only this needs. */
  public static Optional<DeviceMemory> of(Placement placement) {
    if (!placement.isCuda()) {
      return Optional.empty();
    }
    try (PointerScope scope = new PointerScope()) {
      DeviceStats stats = torch.getDeviceStats(placement.index());
      return Optional.of(
          new DeviceMemory(
              stats.allocated_bytes().current(),
              stats.reserved_bytes().current(),
              stats.allocated_bytes().peak()));
    } catch (LinkageError e) {
      return Optional.empty();
    }
  }

  /** Gives back what is free: of the GPU, and of the host's allocator. */
  public static void release(Placement placement) {
    if (placement.isCuda()) {
      torch.emptyCache();
    }
    // the host's allocator keeps what is freed for the threads that took it
    Pointer.trimMemory();
  }
}
