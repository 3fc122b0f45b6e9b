package io.mocov3.model;

import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What training needs to go on with the same bits: every tensor of the model, the optimizer's
 * moments, and the number of completed steps. The order of the samples and all random draws follow
 * from the seed and that number.
 */
public final class TrainingState {
  private static final String COMPLETED_STEPS = "completed_steps";

  private final TensorStaging modelStaging = new TensorStaging();
  private final TensorStaging optimizerStaging = new TensorStaging();

  /** A copy to be written elsewhere; valid until the next call. */
  public record Staged(
      long completedSteps,
      SequencedMap<String, TensorData> model,
      SequencedMap<String, TensorData> optimizer,
      Map<String, Object> trainer) {}

  public Staged stage(MoCoV3 model) {
    long steps = model.optimizer().steps();
    return new Staged(
        steps,
        modelStaging.stage(model.tensors()),
        optimizerStaging.stage(model.optimizer().state()),
        Map.of(COMPLETED_STEPS, steps));
  }

  /**
   * Puts a checkpoint into {@code model}, which must have the same shape.
   *
   * @return the number of completed steps
   * @throws ModelException when a tensor is missing, left over or of another shape
   */
  public static long restore(MoCoV3 model, Checkpoint checkpoint) {
    Object steps = checkpoint.trainer().get(COMPLETED_STEPS);
    if (!(steps instanceof Number number)) {
      throw new ModelException(checkpoint.path() + "/trainer.json has no " + COMPLETED_STEPS);
    }
    try (SafetensorsFile tensors = checkpoint.model();
        SafetensorsFile moments = checkpoint.optimizer()) {
      TensorCodec.copyAll(all(tensors), model.tensors());
      TensorCodec.copyAll(all(moments), model.optimizer().state());
    } catch (ModelException e) {
      throw new ModelException(
          checkpoint.path() + " does not fit this model: " + e.getMessage(), e);
    }
    model.optimizer().restoreSteps(number.longValue());
    return number.longValue();
  }

  private static Map<String, TensorData> all(SafetensorsFile file) {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    file.names().forEach(name -> tensors.put(name, file.get(name)));
    return tensors;
  }
}
