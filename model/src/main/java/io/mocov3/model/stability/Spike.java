package io.mocov3.model.stability;

import io.mocov3.model.checkpoint.Saved;
import java.util.List;
import java.util.Map;

/**
 * One event: the layers whose gradients crossed, in the order they did. {@code onset} is the step
 * of the first one.
 */
public record Spike(long onset, List<Crossing> crossings) {

  /**
   * A gradient norm above its rule at {@code step}: {@code height} times the median of before,
   * {@code score} robust standard deviations above it.
   */
  public record Crossing(String layer, long step, double height, double score) {

    Map<String, Object> save() {
      return Map.of("layer", layer, "step", step, "height", height, "score", score);
    }

    static Crossing load(Saved saved) {
      return new Crossing(
          saved.text("layer"),
          saved.integer("step"),
          saved.number("height"),
          saved.number("score"));
    }
  }

  /** As JSON can hold it. */
  public Map<String, Object> save() {
    return Map.of("onset", onset, "crossings", crossings.stream().map(Crossing::save).toList());
  }

  /** From what {@link #save} gave. */
  public static Spike load(Saved saved) {
    return new Spike(
        saved.integer("onset"), saved.objects("crossings").stream().map(Crossing::load).toList());
  }

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
