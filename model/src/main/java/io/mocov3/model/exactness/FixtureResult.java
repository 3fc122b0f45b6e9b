package io.mocov3.model.exactness;

import java.util.Map;

/** The outcome of one fixture in one precision on one device. */
public record FixtureResult(
    String fixture,
    String kind,
    String precision,
    String device,
    Map<String, Quantity> quantities) {

  /**
   * The largest deviation of a quantity, the tensor it was seen in, and the tolerance; a negative
   * tolerance means that the fixture sets none here.
   */
  public record Quantity(double deviation, double tolerance, String worst) {

    public boolean pass() {
      return tolerance < 0 || deviation <= tolerance;
    }
  }

  public boolean pass() {
    return !quantities.isEmpty() && quantities.values().stream().allMatch(Quantity::pass);
  }
}
