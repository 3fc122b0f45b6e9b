package io.mocov3.actors.views;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.model.tensor.Pixels;
import io.mocov3.model.tensor.ViewPair;

/** From a batch of bytes to what a step sees. */
public final class Views {
  private Views() {}

  /** On the device, owned by the caller; the buffer may be used again. */
  public static ViewPair of(BatchBuffer buffer, Pixels pixels) {
    return pixels.views(
        buffer.pixels(),
        buffer.samples(),
        buffer.height(),
        buffer.width(),
        buffer.small().views(),
        buffer.small().size());
  }
}
