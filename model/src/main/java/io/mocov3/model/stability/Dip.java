package io.mocov3.model.stability;

/**
 * A confirmed fall of {@code series}: from {@code best} at {@code bestStep} to {@code value} at
 * {@code confirmedStep}; {@code onset} is the step of the first observation below.
 */
public record Dip(
    String series, long onset, long confirmedStep, long bestStep, double best, double value) {

  /** The share of the best that is lost. */
  public double fall() {
    return 1 - value / best;
  }
}
