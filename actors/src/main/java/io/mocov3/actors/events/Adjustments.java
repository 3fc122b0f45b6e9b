package io.mocov3.actors.events;

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

  private static final String KEY = "adjustments";

  /** After a rollback from {@code incident} to the checkpoint of {@code step}. */
  public Adjustments after(StabilityPolicy policy, Incident incident, long step) {
    int count = rollbacks + 1;
    return switch (policy.change()) {
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
              learningRateFactor * policy.factor(),
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
              projectionClip == 0 ? policy.clip() : projectionClip * policy.factor());
    };
  }

  /** As part of what a checkpoint says of the trainer. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rollbacks", rollbacks);
    map.put("data_offset", dataOffset);
    map.put("learning_rate_factor", learningRateFactor);
    map.put("frozen_projection", frozenProjection);
    map.put("projection_clip", projectionClip);
    return Map.of(KEY, map);
  }

  /** From what a checkpoint says of the trainer; one without is one without rollbacks. */
  public static Adjustments from(Map<String, Object> trainer) {
    if (!(trainer.get(KEY) instanceof Map<?, ?> map)) {
      return NONE;
    }
    return new Adjustments(
        number(map, "rollbacks").intValue(),
        number(map, "data_offset").longValue(),
        number(map, "learning_rate_factor").doubleValue(),
        Boolean.TRUE.equals(map.get("frozen_projection")),
        number(map, "projection_clip").doubleValue());
  }

  private static Number number(Map<?, ?> map, String key) {
    return (Number) map.get(key);
  }
}
