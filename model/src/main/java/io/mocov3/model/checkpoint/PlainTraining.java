package io.mocov3.model.checkpoint;

import io.mocov3.model.ModelException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The {@code trainer.json} of a training that goes on with its tensors, its number of steps and the
 * same settings.
 */
public record PlainTraining(long steps, Map<String, Object> settings) {
  private static final String STEPS = "completed_steps";
  private static final String SETTINGS = "settings";

  /** Of a checkpoint that has one. */
  public static PlainTraining of(Checkpoint checkpoint) {
    Map<String, Object> trainer = checkpoint.trainer();
    if (!(trainer.get(STEPS) instanceof Number steps)
        || !(trainer.get(SETTINGS) instanceof Map<?, ?> saved)) {
      throw new ModelException(
          "%s/trainer.json has no %s or no %s".formatted(checkpoint.path(), STEPS, SETTINGS));
    }
    Map<String, Object> settings = new LinkedHashMap<>();
    saved.forEach((key, value) -> settings.put((String) key, value));
    return new PlainTraining(steps.longValue(), settings);
  }

  /** As JSON can hold it. */
  public Map<String, Object> trainer() {
    Map<String, Object> trainer = new LinkedHashMap<>();
    trainer.put(STEPS, steps);
    trainer.put(SETTINGS, settings);
    return trainer;
  }
}
