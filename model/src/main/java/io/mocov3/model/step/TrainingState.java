package io.mocov3.model.step;

import io.mocov3.model.ModelException;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.tensor.TensorCodec;
import io.mocov3.model.tensor.TensorStaging;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What training needs to go on with the same bits: every tensor of the model, the optimizer's
 * moments, and the number of completed steps. The order of the samples and all random draws follow
 * from the seed and that number.
 */
public final class TrainingState implements AutoCloseable {
  private static final String COMPLETED_STEPS = "completed_steps";
  private static final String UPDATES = "updates";
  private static final String KEY_ENCODER_IS_AHEAD = "key_encoder_is_ahead";

  private final TrainingStep model;
  private final TensorStaging modelStaging;
  private final TensorStaging optimizerStaging;

  /** A copy to be written elsewhere and then closed; valid until the next one is staged. */
  public record Staged(
      long completedSteps,
      TensorStaging.Copy modelCopy,
      TensorStaging.Copy optimizerCopy,
      Map<String, Object> trainer)
      implements AutoCloseable {

    public SequencedMap<String, TensorData> model() {
      return modelCopy.tensors();
    }

    public SequencedMap<String, TensorData> optimizer() {
      return optimizerCopy.tensors();
    }

    @Override
    public void close() {
      modelCopy.close();
      optimizerCopy.close();
    }
  }

  /** Takes the memory for copies of {@code model}, which stays its owner's. */
  public TrainingState(TrainingStep model) {
    this.model = model;
    modelStaging = new TensorStaging(model.tensors());
    optimizerStaging = new TensorStaging(model.optimizer().state());
  }

  /** Of a training that applied the update of every step. */
  public Staged stage() {
    return stage(model.optimizer().steps(), Map.of());
  }

  /** {@code more} goes into the trainer's file; its values must be what JSON can hold. */
  public Staged stage(long completedSteps, Map<String, ?> more) {
    Map<String, Object> trainer = new LinkedHashMap<>();
    trainer.put(COMPLETED_STEPS, completedSteps);
    trainer.put(UPDATES, model.optimizer().steps());
    trainer.put(KEY_ENCODER_IS_AHEAD, model.keyEncoderIsAhead());
    trainer.putAll(more);
    return new Staged(
        completedSteps,
        modelStaging.stage(model.tensors()),
        optimizerStaging.stage(model.optimizer().state()),
        trainer);
  }

  /**
   * Puts a checkpoint into {@code model}, which must have the same shape.
   *
   * @return the number of completed steps
   * @throws ModelException when a tensor is missing, left over or of another shape
   */
  public static long restore(TrainingStep model, Checkpoint checkpoint) {
    Object steps = checkpoint.trainer().get(COMPLETED_STEPS);
    if (!(steps instanceof Number number)) {
      throw new ModelException(checkpoint.path() + "/trainer.json has no " + COMPLETED_STEPS);
    }
    try (SafetensorsFile tensors = checkpoint.model();
        SafetensorsFile moments = checkpoint.optimizer()) {
      TensorCodec.copyAll(all(tensors), model.tensors());
      TensorCodec.copyAll(all(moments), model.optimizer().state());
      // the files stay mapped, and count as memory of the process, until the collector has run
      System.gc();
    } catch (ModelException e) {
      throw new ModelException(
          checkpoint.path() + " does not fit this model: " + e.getMessage(), e);
    }
    Object updates = checkpoint.trainer().getOrDefault(UPDATES, number);
    model.optimizer().restoreSteps(((Number) updates).longValue());
    model.restoreKeyEncoderIsAhead(
        Boolean.TRUE.equals(checkpoint.trainer().get(KEY_ENCODER_IS_AHEAD)));
    return number.longValue();
  }

  @Override
  public void close() {
    modelStaging.close();
    optimizerStaging.close();
  }

  private static Map<String, TensorData> all(SafetensorsFile file) {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    file.names().forEach(name -> tensors.put(name, file.get(name)));
    return tensors;
  }
}
