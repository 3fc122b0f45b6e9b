package io.mocov3.model.step;

/** Is told how long the parts of a step take. */
@FunctionalInterface
public interface StepClock {
  StepClock NONE = (part, nanos) -> {};

  /** A part of a step; each view has its own of the first two. */
  enum Part {
    QUERY_FORWARD,
    LOSS_BACKWARD,
    OPTIMIZER
  }

  void took(Part part, long nanos);
}
