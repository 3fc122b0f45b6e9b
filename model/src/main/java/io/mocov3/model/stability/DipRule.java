package io.mocov3.model.stability;

import io.mocov3.model.ModelException;

/**
 * When a curve dips: it lies below its running best by more than {@code noiseFactor} times its own
 * noise and by more than {@code smallestFall} of the best, at two observations in a row.
 *
 * @param smallestHealthFall the same share for the signals of health
 * @param settlePoints observations that are only watched
 */
public record DipRule(
    double noiseFactor, double smallestFall, double smallestHealthFall, int settlePoints) {

  public static final DipRule DEFAULT = new DipRule(6, 0.08, 0.75, 8);

  public DipRule {
    if (!(noiseFactor >= 0) || !(smallestFall > 0) || !(smallestHealthFall > 0)) {
      throw new ModelException("dips need a noise factor of at least 0 and falls above 0");
    }
  }
}
