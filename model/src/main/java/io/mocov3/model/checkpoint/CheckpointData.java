package io.mocov3.model.checkpoint;

import io.mocov3.model.safetensors.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What a checkpoint is to hold.
 *
 * @param model every tensor of the method
 * @param optimizer its moments
 * @param state tensors of other sections, as {@code section.name}; may be empty
 * @param trainer what JSON can hold
 * @param scheduled whether it is due by its step, and would be there in an undisturbed run, too
 */
public record CheckpointData(
    SequencedMap<String, TensorData> model,
    SequencedMap<String, TensorData> optimizer,
    SequencedMap<String, TensorData> state,
    Map<String, Object> trainer,
    boolean scheduled) {

  /** Due by its step, without tensors of other sections. */
  public CheckpointData(
      SequencedMap<String, TensorData> model,
      SequencedMap<String, TensorData> optimizer,
      Map<String, Object> trainer) {
    this(model, optimizer, new LinkedHashMap<>(), trainer, true);
  }
}
