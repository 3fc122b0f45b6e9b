package io.mocov3.model.step;

import io.mocov3.model.device.Placement;

/**
 * Whether one term of the loss goes backward before the graph of the next one is built. Without it
 * both views go through a backbone without BatchNorm in one pass: twice the activations at a time,
 * and the same gradients.
 */
public enum MemorySaver {
  /** As the device is faster: on a CPU one after the other, on a GPU both in one pass. */
  AUTO,
  TRUE,
  FALSE;

  public boolean isOn(Placement placement) {
    return switch (this) {
      case AUTO -> !placement.isCuda();
      case TRUE -> true;
      case FALSE -> false;
    };
  }
}
