package io.mocov3.actors.events;

import io.mocov3.model.step.GradientNorms;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.IntFunction;

/** Remembers the newest steps with all that is needed to compute them again. */
public final class FlightRecorder {

  /** A step as it is kept; samples get their names only when somebody wants to read them. */
  @SuppressWarnings("ArrayRecordComponent") // made at every step and never compared
  public record Step(
      long step,
      long position,
      int[] samples,
      double loss,
      double learningRate,
      double momentum,
      boolean applied,
      GradientNorms gradients) {}

  private final Deque<Step> steps = new ArrayDeque<>();
  private final int length;
  private final IntFunction<String> idOf;

  public FlightRecorder(int length, IntFunction<String> idOf) {
    this.length = length;
    this.idOf = idOf;
  }

  public void record(Step step) {
    if (steps.size() == length) {
      steps.removeFirst();
    }
    steps.addLast(step);
  }

  /** Oldest first. */
  public List<Capsule.Entry> entries() {
    return steps.stream().map(this::entry).toList();
  }

  private Capsule.Entry entry(Step step) {
    return new Capsule.Entry(
        step.step(),
        step.position(),
        Arrays.stream(step.samples()).mapToObj(idOf).toList(),
        step.loss(),
        step.learningRate(),
        step.momentum(),
        step.applied(),
        step.gradients());
  }
}
