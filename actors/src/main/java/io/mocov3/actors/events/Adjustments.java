package io.mocov3.actors.events;

import io.mocov3.model.checkpoint.Saved;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.step.TrainingStep;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What rollbacks changed so far; part of every checkpoint.
 *
 * @param rollbacks how many there were
 * @param dataOffset batches by which the data is ahead of the steps
 * @param projectionClip bound on the patch projection's gradient; 0 for the experiment's own
 */
public record Adjustments(
    int rollbacks,
    long dataOffset,
    double learningRateFactor,
    boolean frozenProjection,
    double projectionClip) {

  public static final Adjustments NONE = new Adjustments(0, 0, 1, false, 0);

  private static final String SECTION = "adjustments";

  /** After a rollback from {@code incident} to the checkpoint of {@code step}. */
  public Adjustments after(StabilityPolicy policy, Incident incident, long step) {
    int count = rollbacks + 1;
    return switch (policy.repair().change()) {
      case SKIP_DATA ->
          new Adjustments(
              count,
              dataOffset + incident.step() - step,
              learningRateFactor,
              frozenProjection,
              projectionClip);
      case LEARNING_RATE ->
          new Adjustments(
              count,
              dataOffset,
              learningRateFactor * policy.repair().factor(),
              frozenProjection,
              projectionClip);
      case FREEZE_PROJECTION ->
          new Adjustments(count, dataOffset, learningRateFactor, true, projectionClip);
      case CLIP_PROJECTION ->
          new Adjustments(
              count,
              dataOffset,
              learningRateFactor,
              frozenProjection,
              projectionClip == 0
                  ? policy.repair().clip()
                  : projectionClip * policy.repair().factor());
    };
  }

  /** What of them is a matter of the step itself; weights must be in place. */
  public void applyTo(TrainingStep step) {
    if (frozenProjection) {
      step.freezePatchProjection();
    }
    if (projectionClip > 0) {
      step.clipPatchProjection(projectionClip);
    }
  }

  /** As a part of checkpoints; which ones are in force is known before one is restored. */
  public Stateful section() {
    return new Section(this);
  }

  private record Section(Adjustments adjustments) implements Stateful {
    @Override
    public String section() {
      return SECTION;
    }

    @Override
    public Map<String, Object> save() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("rollbacks", adjustments.rollbacks());
      map.put("data_offset", adjustments.dataOffset());
      map.put("learning_rate_factor", adjustments.learningRateFactor());
      map.put("frozen_projection", adjustments.frozenProjection());
      map.put("projection_clip", adjustments.projectionClip());
      return map;
    }

    @Override
    public void load(Saved saved) {}
  }

  /** From what a checkpoint says of the trainer; one without is one without rollbacks. */
  public static Adjustments from(Map<String, Object> trainer) {
    if (!(trainer.get(SECTION) instanceof Map<?, ?> map)) {
      return NONE;
    }
    Saved saved = new Saved(map);
    return new Adjustments(
        (int) saved.integer("rollbacks"),
        saved.integer("data_offset"),
        saved.number("learning_rate_factor"),
        saved.flag("frozen_projection"),
        saved.number("projection_clip"));
  }
}
