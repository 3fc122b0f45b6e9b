package io.mocov3.augment.operation;

import java.util.List;

/**
 * The drawn values of one colour jitter: three factors (1 changes nothing), a hue shift in turns (0
 * changes nothing) and the order of application.
 */
public record Jitter(
    List<ColorOperation> order, double brightness, double contrast, double saturation, double hue) {
  public Jitter {
    order = List.copyOf(order);
  }
}
