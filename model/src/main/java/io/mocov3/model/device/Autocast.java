package io.mocov3.model.device;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Runs the matrix products of this thread in the given precision until closed. Weights stay fp32;
 * the bf16 copies of those that are trained stay until {@link #forgetCasts}.
 */
public final class Autocast implements AutoCloseable {
  private final DeviceType device;
  private final boolean before;

  public Autocast(Placement placement, Precision precision) {
    this(placement.isCuda(), precision);
  }

  public Autocast(boolean cuda, Precision precision) {
    device = cuda ? DeviceType.CUDA : DeviceType.CPU;
    before = torch.is_autocast_enabled(device);
    boolean enabled = precision.isNarrow();
    if (enabled) {
      torch.set_autocast_dtype(device, ScalarType.BFloat16);
    }
    torch.set_autocast_enabled(device, enabled);
  }

  /** Drops the bf16 copies of weights: before the weights change, and what no graph may use. */
  public static void forgetCasts() {
    torch.clear_cache();
  }

  @Override
  public void close() {
    torch.set_autocast_enabled(device, before);
  }
}
