package io.mocov3.model.stability;

import java.util.List;

/**
 * One event: the layers whose gradients crossed, in the order they did. {@code onset} is the step
 * of the first one.
 */
public record Spike(long onset, List<Crossing> crossings) {

  /**
   * A gradient norm above its rule at {@code step}: {@code height} times the median of before,
   * {@code score} robust standard deviations above it.
   */
  public record Crossing(String layer, long step, double height, double score) {}

  /** Where it began. */
  public String firstLayer() {
    return crossings.getFirst().layer();
  }

  /** Steps from the first layer to the last. */
  public long lag() {
    return crossings.getLast().step() - onset;
  }

  /** The largest of the heights. */
  public double height() {
    return crossings.stream().mapToDouble(Crossing::height).max().orElse(0);
  }
}
