package io.mocov3.model.step;

import io.mocov3.model.ModelException;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointData;
import io.mocov3.model.checkpoint.Saved;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.tensor.TensorCodec;
import io.mocov3.model.tensor.TensorStaging;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/**
 * What training needs to go on as if it had never ended: every tensor of the model, the optimizer's
 * moments, the number of completed steps, and the state of all that decides. The order of the
 * samples and all random draws follow from the seed and that number.
 */
public final class TrainingState implements AutoCloseable {
  private static final String COMPLETED_STEPS = "completed_steps";
  private static final String UPDATES = "updates";
  private static final String KEY_ENCODER_IS_AHEAD = "key_encoder_is_ahead";
  private static final String SUBJECT = ".of";

  private final TrainingStep model;
  private final List<Stateful> sections;
  private final TensorStaging modelStaging;
  private final TensorStaging optimizerStaging;
  private final TensorStaging sectionStaging;

  /** A copy to be written elsewhere and then closed; valid until the next one is staged. */
  public record Staged(
      long completedSteps,
      TensorStaging.Copy modelCopy,
      TensorStaging.Copy optimizerCopy,
      TensorStaging.Copy sectionCopy,
      Map<String, Object> trainer)
      implements AutoCloseable {

    public SequencedMap<String, TensorData> model() {
      return modelCopy.tensors();
    }

    public SequencedMap<String, TensorData> optimizer() {
      return optimizerCopy.tensors();
    }

    /** {@code scheduled} tells whether the checkpoint is due by its step. */
    public CheckpointData data(boolean scheduled) {
      return new CheckpointData(model(), optimizer(), sectionCopy.tensors(), trainer, scheduled);
    }

    @Override
    public void close() {
      modelCopy.close();
      optimizerCopy.close();
      sectionCopy.close();
    }
  }

  /** Of a model alone. */
  public TrainingState(TrainingStep model) {
    this(model, List.of());
  }

  /** Takes the memory for copies of what stays its owners'. */
  public TrainingState(TrainingStep model, List<Stateful> sections) {
    this.model = model;
    this.sections = List.copyOf(sections);
    modelStaging = new TensorStaging(model.tensors());
    optimizerStaging = new TensorStaging(model.optimizer().state());
    sectionStaging = new TensorStaging(sectionTensors());
  }

  /** Of a training that applied the update of every step. */
  public Staged stage() {
    return stage(model.optimizer().steps());
  }

  public Staged stage(long completedSteps) {
    Map<String, Object> trainer = new LinkedHashMap<>();
    trainer.put(COMPLETED_STEPS, completedSteps);
    trainer.put(UPDATES, model.optimizer().steps());
    trainer.put(KEY_ENCODER_IS_AHEAD, model.targetIsAhead());
    for (Stateful section : sections) {
      trainer.put(section.section(), section.save());
      if (!section.subject().isEmpty()) {
        trainer.put(section.section() + SUBJECT, section.subject());
      }
    }
    return new Staged(
        completedSteps,
        modelStaging.stage(model.tensors()),
        optimizerStaging.stage(model.optimizer().state()),
        sectionStaging.stage(sectionTensors()),
        trainer);
  }

  private SequencedMap<String, Tensor> sectionTensors() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    sections.forEach(section -> tensors.putAll(named(section)));
    return tensors;
  }

  private static SequencedMap<String, Tensor> named(Stateful section) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    section
        .tensors()
        .forEach((name, tensor) -> tensors.put(section.section() + "." + name, tensor));
    return tensors;
  }

  /**
   * Puts a checkpoint into the model and the sections. A section that is of something else now, or
   * whose tensors have another shape, begins anew, and {@code warn} is told in one line.
   *
   * @return the number of completed steps
   * @throws ModelException when the model or the optimizer does not fit
   */
  public long restore(Checkpoint checkpoint, Consumer<String> warn) {
    long steps = restoreModel(model, checkpoint);
    Map<String, Object> trainer = checkpoint.trainer();
    Optional<SafetensorsFile> file = checkpoint.state();
    try {
      Map<String, TensorData> tensors = file.map(SafetensorsFile::all).orElse(Map.of());
      for (Stateful section : sections) {
        Object subject = trainer.getOrDefault(section.section() + SUBJECT, "");
        if (!(trainer.get(section.section()) instanceof Map<?, ?> saved)) {
          continue;
        }
        if (subject.equals(section.subject())) {
          restore(section, saved, tensors, line -> warn.accept(checkpoint.path() + ": " + line));
        } else {
          warn.accept(
              "%s: %s begins anew: it was written with other training images or another evaluation.live"
                  .formatted(checkpoint.path(), section.section()));
        }
      }
    } finally {
      file.ifPresent(SafetensorsFile::close);
    }
    unmap();
    return steps;
  }

  private static void restore(
      Stateful section, Map<?, ?> saved, Map<String, TensorData> all, Consumer<String> warn) {
    SequencedMap<String, Tensor> targets = named(section);
    Map<String, TensorData> sources = new LinkedHashMap<>(all);
    sources.keySet().removeIf(name -> !name.startsWith(section.section() + "."));
    try {
      TensorCodec.copyAll(sources, targets);
    } catch (ModelException e) {
      warn.accept(section.section() + " begins anew: " + e.getMessage());
      return;
    }
    section.load(new Saved(saved));
  }

  /** The same for a model alone. */
  public static long restore(TrainingStep model, Checkpoint checkpoint) {
    long steps = restoreModel(model, checkpoint);
    unmap();
    return steps;
  }

  /** Files stay mapped, and count as memory of the process, until the collector has run. */
  private static void unmap() {
    System.gc();
  }

  private static long restoreModel(TrainingStep model, Checkpoint checkpoint) {
    Map<String, Object> trainer = checkpoint.trainer();
    if (!(trainer.get(COMPLETED_STEPS) instanceof Number number)) {
      throw new ModelException(checkpoint.path() + "/trainer.json has no " + COMPLETED_STEPS);
    }
    try (SafetensorsFile tensors = checkpoint.model();
        SafetensorsFile moments = checkpoint.optimizer()) {
      TensorCodec.copyAll(tensors.all(), model.tensors());
      TensorCodec.copyAll(moments.all(), model.optimizer().state());
    } catch (ModelException e) {
      throw new ModelException(
          checkpoint.path() + " does not fit this model: " + e.getMessage(), e);
    }
    Object updates = trainer.getOrDefault(UPDATES, number);
    model.optimizer().restoreSteps(((Number) updates).longValue());
    model.restoreTargetIsAhead(Boolean.TRUE.equals(trainer.get(KEY_ENCODER_IS_AHEAD)));
    return number.longValue();
  }

  @Override
  public void close() {
    modelStaging.close();
    optimizerStaging.close();
    sectionStaging.close();
  }
}
