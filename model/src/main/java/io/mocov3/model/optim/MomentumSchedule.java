package io.mocov3.model.optim;

import io.mocov3.model.ModelException;

/** The EMA coefficient m: constant, or rising from {@code initial} to 1 on half a cosine. */
public record MomentumSchedule(double initial, boolean cosine, double epochs) {

  public MomentumSchedule {
    if (!(initial >= 0 && initial <= 1)) {
      throw new ModelException("momentum " + initial + " must lie in [0, 1]");
    }
    if (!(epochs > 0)) {
      throw new ModelException("epochs " + epochs + " must be greater than 0");
    }
  }

  public double at(double epoch) {
    return cosine ? 1 - 0.5 * (1 + Math.cos(Math.PI * epoch / epochs)) * (1 - initial) : initial;
  }
}
