package io.mocov3.actors.events;

import io.mocov3.model.step.GradientNorms;
import java.util.List;

/** The newest steps before something went wrong, with all that is needed to compute them again. */
public record Capsule(long step, String reason, String line, long seed, List<Entry> entries) {

  /**
   * One step. {@code position} is the batch's place in the order of the data; {@code samples} are
   * ids in the order of the batch; {@code applied} says whether the weights moved.
   */
  public record Entry(
      long step,
      long position,
      List<String> samples,
      double loss,
      double learningRate,
      double momentum,
      boolean applied,
      GradientNorms gradients) {}
}
