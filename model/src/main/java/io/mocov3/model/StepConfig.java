package io.mocov3.model;

/** How a step is made once the loss is known what it is: all that is not the network. */
public record StepConfig(
    OptimizerConfig optimizer, GradientClip clip, EmaOrder emaOrder, Precision precision) {

  /** In fp32, nothing clipped, the reference's order. */
  public StepConfig(OptimizerConfig optimizer) {
    this(optimizer, GradientClip.OFF, EmaOrder.BEFORE_KEYS, Precision.FP32);
  }
}
