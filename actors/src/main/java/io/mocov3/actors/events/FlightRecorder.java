package io.mocov3.actors.events;

import io.mocov3.model.checkpoint.Saved;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.step.GradientNorms;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Remembers the newest steps with all that is needed to compute them again. */
public final class FlightRecorder implements Stateful {

  /** A step as it is kept; samples get their names only when somebody wants to read them. */
  @SuppressWarnings("ArrayRecordComponent") // made at every step and never compared
  public record RecordedStep(
      long step,
      long position,
      int[] samples,
      double loss,
      double learningRate,
      double momentum,
      boolean applied,
      GradientNorms gradients) {

    private Map<String, Object> save() {
      Map<String, Object> saved = new LinkedHashMap<>();
      saved.put("step", step);
      saved.put("position", position);
      saved.put("samples", samples);
      saved.put("loss", loss);
      saved.put("learning_rate", learningRate);
      saved.put("momentum", momentum);
      saved.put("applied", applied);
      saved.put("layers", gradients.layers());
      saved.put("l2", gradients.l2());
      saved.put("largest", gradients.largest());
      return saved;
    }

    private static RecordedStep load(Saved saved) {
      return new RecordedStep(
          saved.integer("step"),
          saved.integer("position"),
          Arrays.stream(saved.integers("samples")).mapToInt(Math::toIntExact).toArray(),
          saved.number("loss"),
          saved.number("learning_rate"),
          saved.number("momentum"),
          saved.flag("applied"),
          new GradientNorms(saved.texts("layers"), saved.numbers("l2"), saved.numbers("largest")));
    }
  }

  private final Deque<RecordedStep> steps = new ArrayDeque<>();
  private final int length;
  private final IntFunction<String> idOf;

  public FlightRecorder(int length, IntFunction<String> idOf) {
    this.length = length;
    this.idOf = idOf;
  }

  public void record(RecordedStep step) {
    if (steps.size() == length) {
      steps.removeFirst();
    }
    steps.addLast(step);
  }

  /** Oldest first. */
  public List<Capsule.Entry> entries() {
    return steps.stream().map(this::entry).toList();
  }

  private Capsule.Entry entry(RecordedStep step) {
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

  @Override
  public String section() {
    return "flight_recorder";
  }

  @Override
  public Map<String, Object> save() {
    return Map.of("steps", steps.stream().map(RecordedStep::save).toList());
  }

  @Override
  public void load(Saved saved) {
    steps.clear();
    saved.objects("steps").stream().map(RecordedStep::load).forEach(this::record);
  }
}
