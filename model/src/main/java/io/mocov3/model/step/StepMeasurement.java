package io.mocov3.model.step;

/** What a step computed before it changes anything: the loss and the gradients behind it. */
public record StepMeasurement(double loss, GradientNorms gradients) {

  /** Whether the update may be applied at all. */
  public boolean finite() {
    return Double.isFinite(loss) && gradients.finite();
  }
}
