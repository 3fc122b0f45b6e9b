package io.mocov3.model.interchange;

import io.mocov3.model.ModelException;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.tensor.TensorCodec;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Puts imported weights into a network. The backbone must be there tensor for tensor; each other
 * part as a whole or not at all.
 */
public final class WeightLoader {
  private static final String BASE = "base_encoder.";
  private static final String MOMENTUM = "momentum_encoder.";
  private static final String POSITIONS = BASE + "pos_embed";

  private enum Part {
    BACKBONE,
    PROJECTOR,
    PREDICTOR,
    MOMENTUM_ENCODER;

    static Part of(String name) {
      if (name.startsWith(MOMENTUM)) {
        return MOMENTUM_ENCODER;
      }
      if (!name.startsWith(BASE)) {
        return PREDICTOR;
      }
      return name.matches("base_encoder\\.(head|fc)\\.\\d+\\..+") ? PROJECTOR : BACKBONE;
    }
  }

  private WeightLoader() {}

  /**
   * Fills a network that is to be trained; without a momentum encoder in the file it starts as a
   * copy of the base encoder.
   *
   * @param targets every tensor of the network under the reference's names, overwritten in place
   * @return what was taken and what stayed as it was, in one line
   * @throws ModelException when a tensor is missing, left over or of another shape
   */
  public static String load(ImportedWeights source, SequencedMap<String, Tensor> targets) {
    Map<Part, Integer> loaded = fill(source, targets);
    if (loaded.get(Part.MOMENTUM_ENCODER) == 0) {
      targets.forEach(
          (name, tensor) -> {
            if (name.startsWith(MOMENTUM)) {
              copy(targets.get(BASE + name.substring(MOMENTUM.length())), tensor);
            }
          });
    }
    return describe(loaded);
  }

  /** The same for a network that is to be evaluated. */
  public static String load(ImportedWeights source, Encoder encoder) {
    SequencedMap<String, Tensor> targets = new LinkedHashMap<>();
    encoder.weights().tensors().forEach((name, tensor) -> targets.put(BASE + name, tensor));
    Map<Part, Integer> loaded = fill(source, targets);
    return "backbone %d tensors".formatted(loaded.get(Part.BACKBONE));
  }

  private static Map<Part, Integer> fill(
      ImportedWeights source, SequencedMap<String, Tensor> targets) {
    Map<Part, Integer> loaded = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      Map<String, TensorData> given = ofPart(part, source.tensors());
      Map<String, Tensor> wanted = ofPart(part, targets);
      if (given.containsKey(POSITIONS)
          && !wanted.containsKey(POSITIONS)
          && Positions.isZero(given.get(POSITIONS))) {
        given.remove(POSITIONS);
      }
      boolean all = part == Part.BACKBONE || !(given.isEmpty() || wanted.isEmpty());
      if (all) {
        try (PointerScope scope = new PointerScope()) {
          TensorCodec.copyAll(given, wanted);
        } catch (ModelException e) {
          throw new ModelException(
              source.path() + " does not fit this model: " + e.getMessage(), e);
        }
      }
      loaded.put(part, all ? wanted.size() : 0);
    }
    return loaded;
  }

  private static <T> Map<String, T> ofPart(Part part, SequencedMap<String, T> tensors) {
    Map<String, T> own = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (Part.of(name) == part) {
            own.put(name, tensor);
          }
        });
    return own;
  }

  /** "backbone 150 tensors; not in the file: projector, predictor". */
  private static String describe(Map<Part, Integer> loaded) {
    String taken = names(loaded, count -> count > 0, true);
    String absent = names(loaded, count -> count == 0, false);
    return absent.isEmpty() ? taken : taken + "; not in the file: " + absent;
  }

  private static String names(Map<Part, Integer> loaded, IntPredicate wanted, boolean counts) {
    return loaded.entrySet().stream()
        .filter(part -> wanted.test(part.getValue()))
        .map(
            part ->
                part.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                    + (counts ? " " + part.getValue() + " tensors" : ""))
        .collect(Collectors.joining(", "));
  }

  private static void copy(Tensor source, Tensor target) {
    try (PointerScope scope = new PointerScope()) {
      target.copy_(source.detach());
    }
  }
}
