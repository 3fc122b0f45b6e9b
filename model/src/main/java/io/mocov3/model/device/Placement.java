package io.mocov3.model.device;

import io.mocov3.model.ModelException;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where tensors live and how wide their numbers are. {@code device} is {@code cpu} or {@code
 * cuda:N}; {@code dtype} is Float for training, Double for the sharp comparisons.
 */
public record Placement(String device, ScalarType dtype) {

  public static final Placement CPU = new Placement("cpu", ScalarType.Float);

  /** Shapes without memory. */
  public static final Placement META = new Placement("meta", ScalarType.Float);

  /**
   * Resolves {@code auto | cpu | cuda:N}; {@code auto} takes the first GPU when there is one.
   *
   * @throws ModelException when CUDA is asked for and absent, or the name is none of these
   */
  public static Placement of(String device, ScalarType dtype) {
    return switch (device) {
      case "auto" -> new Placement(torch.cuda_is_available() ? "cuda:0" : "cpu", dtype);
      case "cpu" -> new Placement("cpu", dtype);
      default -> cuda(device, dtype);
    };
  }

  /** Why a GPU build computes on the CPU, and what to do about it; empty where that is meant. */
  public Optional<String> unusedGpu() {
    return isCuda() || !GpuNatives.present() || torch.cuda_is_available()
        ? Optional.empty()
        : Optional.of("no GPU is used: " + GpuNatives.obstacle());
  }

  public boolean isCuda() {
    return device.startsWith("cuda");
  }

  /** Which GPU; 0 on a CPU. */
  public byte index() {
    return isCuda() ? Byte.parseByte(device.substring(device.indexOf(':') + 1)) : 0;
  }

  public Device torchDevice() {
    return new Device(device);
  }

  public TensorOptions options() {
    return options(dtype);
  }

  public TensorOptions options(ScalarType type) {
    return new TensorOptions(type).device(new org.bytedeco.pytorch.DeviceOptional(torchDevice()));
  }

  private static Placement cuda(String device, ScalarType dtype) {
    if (!device.matches("cuda(:\\d+)?")) {
      throw new ModelException("device " + device + " is not one of auto, cpu, cuda:N");
    }
    if (!torch.cuda_is_available()) {
      throw new ModelException(
          "device %s was asked for, but this process sees no CUDA device; %s"
              .formatted(device, GpuNatives.obstacle()));
    }
    int index = device.equals("cuda") ? 0 : Integer.parseInt(device.substring("cuda:".length()));
    int count = torch.cuda_device_count();
    if (index >= count) {
      throw new ModelException(
          "device cuda:%d was asked for, but this process sees %d CUDA devices, the last one is cuda:%d"
              .formatted(index, count, count - 1));
    }
    return new Placement("cuda:" + index, dtype);
  }
}
