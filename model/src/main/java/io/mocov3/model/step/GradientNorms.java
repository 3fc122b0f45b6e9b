package io.mocov3.model.step;

import io.mocov3.model.nn.Layers;
import java.util.List;

/**
 * The gradient of each layer and of {@link Layers#ALL} together, the last one: L2 norm and largest
 * absolute number, in the order of {@code layers}.
 */
public record GradientNorms(List<String> layers, List<Double> l2, List<Double> largest) {

  /** Whether every number of every gradient was finite. */
  public boolean finite() {
    return l2.stream().allMatch(Double::isFinite) && largest.stream().allMatch(Double::isFinite);
  }

  /** The first layer, from the input on, with a number that is not finite. */
  public String firstNotFinite() {
    for (int i = 0; i < layers.size(); i++) {
      if (!Double.isFinite(l2.get(i)) || !Double.isFinite(largest.get(i))) {
        return layers.get(i);
      }
    }
    return Layers.ALL;
  }
}
