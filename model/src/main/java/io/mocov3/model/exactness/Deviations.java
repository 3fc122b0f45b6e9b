package io.mocov3.model.exactness;

import com.fasterxml.jackson.databind.JsonNode;
import io.mocov3.model.exactness.FixtureResult.Quantity;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Collects the largest deviation of each quantity: {@code |ours - expected| / |expected|} in the L2
 * norm of a tensor, absolute where the expected norm is under 1e-12. Not-a-number counts as
 * infinite.
 */
final class Deviations {
  private static final double ABSOLUTE_BELOW = 1e-12;

  private final Map<String, Quantity> quantities = new LinkedHashMap<>();
  private final JsonNode tolerances;

  /** {@code tolerances}: a number for every quantity, or an object with one each or null. */
  Deviations(JsonNode tolerances) {
    this.tolerances = tolerances;
  }

  void add(String quantity, String tensor, double[] ours, double[] expected) {
    if (ours.length != expected.length) {
      add(quantity, tensor, Double.POSITIVE_INFINITY);
      return;
    }
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < ours.length; i++) {
      difference += (ours[i] - expected[i]) * (ours[i] - expected[i]);
      norm += expected[i] * expected[i];
    }
    difference = Math.sqrt(difference);
    norm = Math.sqrt(norm);
    add(quantity, tensor, norm < ABSOLUTE_BELOW ? difference : difference / norm);
  }

  void add(String quantity, String tensor, double deviation) {
    double counted = Double.isNaN(deviation) ? Double.POSITIVE_INFINITY : deviation;
    Quantity before = quantities.get(quantity);
    if (before == null || counted > before.deviation()) {
      quantities.put(quantity, new Quantity(counted, tolerance(quantity), tensor));
    }
  }

  Map<String, Quantity> quantities() {
    return quantities;
  }

  private double tolerance(String quantity) {
    JsonNode value = tolerances.isObject() ? tolerances.path(quantity) : tolerances;
    return value.isNumber() ? value.asDouble() : -1;
  }
}
