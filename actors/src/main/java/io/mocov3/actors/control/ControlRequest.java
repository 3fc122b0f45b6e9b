package io.mocov3.actors.control;

import java.util.OptionalLong;

/** Something an operator asks of a running training. Each may be asked again without harm. */
public sealed interface ControlRequest {

  /** What the trainer does, between two steps. */
  sealed interface OfTrainer extends ControlRequest {}

  /** No further step until {@link Resume}, also after a restart. */
  record Pause() implements OfTrainer {}

  record Resume() implements OfTrainer {}

  /** Save the present step. */
  record Checkpoint() implements OfTrainer {}

  /** A full probe of the present weights. */
  record Evaluate() implements OfTrainer {}

  /**
   * Back to the newest checkpoint of at most {@code to} steps, or else to the newest one from
   * before the present step.
   */
  record Rollback(OptionalLong to) implements OfTrainer {}

  /** Save and end. */
  record Stop() implements ControlRequest {}
}
