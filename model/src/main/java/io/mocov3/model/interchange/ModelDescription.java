package io.mocov3.model.interchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.SinCosPositionEmbedding;
import io.mocov3.model.safetensors.DType;
import io.mocov3.model.safetensors.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * The keys of the configuration's {@code model} that a set of weights tells. The number of heads is
 * in no tensor: it comes from the caller, from a {@code config.json} beside the file, or from the
 * paper's table of widths.
 */
public final class ModelDescription {
  private static final String BASE = "base_encoder.";
  private static final int USUAL_IMAGE_SIZE = 224;
  private static final Map<Integer, Integer> HEADS_OF_WIDTH =
      Map.of(192, 3, 384, 12, 768, 12, 1024, 16, 1280, 16);

  private final ImportedWeights weights;
  private final Map<String, TensorData> tensors;
  private final JsonNode json;
  private final Map<String, Object> keys = new LinkedHashMap<>();

  private ModelDescription(ImportedWeights weights) {
    this.weights = weights;
    this.tensors = weights.tensors();
    this.json = json(weights.path().resolveSibling("config.json"));
  }

  /**
   * The keys below {@code model} with their values.
   *
   * @throws ModelException when the shape of the network cannot be told
   */
  public static Map<String, Object> of(ImportedWeights weights, OptionalInt heads) {
    ModelDescription description = new ModelDescription(weights);
    if (description.tensors.containsKey(BASE + "conv1.weight")) {
      description.resNet();
    } else {
      description.vit(heads);
    }
    description.head("projector", BASE + "(head|fc)\\.");
    description.head("predictor", "predictor\\.");
    return description.keys;
  }

  /**
   * Mean and standard deviation per channel that the files beside the weights name, under the
   * configuration's {@code augment.mean} and {@code augment.std}; empty where they name none.
   */
  public static Map<String, List<Double>> normalisation(ImportedWeights weights) {
    JsonNode timm = json(weights.path().resolveSibling("config.json")).path("pretrained_cfg");
    JsonNode transformers = json(weights.path().resolveSibling("preprocessor_config.json"));
    Map<String, List<Double>> found = new LinkedHashMap<>();
    channels(timm.path("mean"), transformers.path("image_mean"))
        .ifPresent(mean -> found.put("augment.mean", mean));
    channels(timm.path("std"), transformers.path("image_std"))
        .ifPresent(std -> found.put("augment.std", std));
    return found;
  }

  private static Optional<List<Double>> channels(JsonNode first, JsonNode second) {
    JsonNode array = first.isArray() ? first : second;
    return array.size() == 3
        ? Optional.of(
            List.of(array.get(0).asDouble(), array.get(1).asDouble(), array.get(2).asDouble()))
        : Optional.empty();
  }

  private void resNet() {
    long stage = count(BASE + "layer3\\.\\d+\\.conv1\\.weight");
    boolean bottleneck = tensors.containsKey(BASE + "layer1.0.conv3.weight");
    int depth =
        switch ((int) stage) {
          case 2 -> 18;
          case 6 -> bottleneck ? 50 : 34;
          case 23 -> 101;
          case 36 -> 152;
          default ->
              throw new ModelException(
                  "%s: a resnet with %d blocks in its third stage is not one of 18, 34, 50, 101, 152"
                      .formatted(weights.path(), stage));
        };
    keys.put("preset", "resnet-" + depth);
    keys.put("image-size", json.at("/pretrained_cfg/input_size/1").asInt(USUAL_IMAGE_SIZE));
  }

  private void vit(OptionalInt heads) {
    int width = (int) shape("blocks.0.norm1.weight", 1)[0];
    keys.put("family", "vit");
    boolean conv = tensors.containsKey(BASE + "patch_embed.proj.0.weight");
    String kernel = tensors.containsKey(BASE + "patch_embed.proj.weight_v") ? "_v" : "";
    int patch = conv ? 16 : (int) shape("patch_embed.proj.weight" + kernel, 4)[2];
    keys.put("stem", conv ? "conv" : "patch");
    if (conv) {
      keys.put("patch-projection", "learned");
    } else if (!kernel.isEmpty()) {
      keys.put("patch-projection", "weight-norm");
    } else if (tensors.containsKey(BASE + "patch_embed.norm.weight")) {
      keys.put("patch-projection", "batch-norm");
    }
    keys.put("patch-size", patch);
    keys.put("width", width);
    keys.put("depth", (int) count(BASE + "blocks\\.\\d+\\.norm1\\.weight"));
    keys.put("heads", heads.isPresent() ? heads.getAsInt() : headsOf(width));
    keys.put("mlp-ratio", (int) (shape("blocks.0.mlp.fc1.weight", 2)[0] / width));
    keys.put(
        "mlp-norm", tensors.containsKey(BASE + "blocks.0.norm2.running_mean") ? "batch" : "layer");
    boolean classToken = tensors.containsKey(BASE + "cls_token");
    boolean norm = tensors.containsKey(BASE + "norm.weight");
    keys.put("pooling", classToken ? "cls" : norm ? "mean" : "mean-no-norm");
    positions(patch, width);
  }

  private void positions(int patch, int width) {
    TensorData positions = tensors.get(BASE + "pos_embed");
    if (positions == null) {
      keys.put("position-embedding", "none");
      int told = json.at("/model_args/img_size").asInt(json.path("image_size").asInt());
      keys.put("image-size", told > 0 ? told : USUAL_IMAGE_SIZE);
      return;
    }
    long patches = positions.shape()[1] - 1;
    int grid = (int) Math.round(Math.sqrt((double) patches));
    if ((long) grid * grid != patches) {
      throw new ModelException(
          "%s: a position embedding of %d patches is not square"
              .formatted(weights.path(), patches));
    }
    keys.put("image-size", grid * patch);
    keys.put(
        "position-embedding",
        Positions.isZero(positions)
            ? "none"
            : isSinCos(positions, grid, width) ? "sincos" : "learned");
  }

  private static boolean isSinCos(TensorData positions, int grid, int width) {
    if (positions.dtype() != DType.F32 || width % 4 != 0) {
      return false;
    }
    float[] table = SinCosPositionEmbedding.table(grid, width);
    java.nio.FloatBuffer given = positions.bytes().asFloatBuffer();
    for (float value : table) {
      if (Math.abs(given.get() - value) > 1e-5) {
        return false;
      }
    }
    return true;
  }

  /** {@code prefix} is a regular expression; layers are numbered as in a Sequential. */
  private void head(String key, String prefix) {
    List<Map.Entry<String, TensorData>> linear =
        tensors.entrySet().stream()
            .filter(entry -> entry.getKey().matches(prefix + "\\d+\\.weight"))
            .filter(entry -> entry.getValue().shape().length == 2)
            .sorted((a, b) -> Integer.compare(number(a.getKey()), number(b.getKey())))
            .toList();
    if (linear.isEmpty()) {
      return;
    }
    TensorData last = linear.getLast().getValue();
    int lastNumber = number(linear.getLast().getKey());
    boolean finalNorm = count(prefix + (lastNumber + 1) + "\\.running_mean") > 0;
    keys.put(key + ".layers", linear.size());
    keys.put(key + ".hidden", (int) linear.getFirst().getValue().shape()[0]);
    keys.put(key + ".out", (int) last.shape()[0]);
    keys.put(key + ".batch-norm", count(prefix + "\\d+\\.running_mean") > 0);
    keys.put(key + ".final-batch-norm", finalNorm);
  }

  private static int number(String name) {
    String[] parts = name.split("\\.", -1);
    return Integer.parseInt(parts[parts.length - 2]);
  }

  private int headsOf(int width) {
    int told = json.at("/model_args/num_heads").asInt(json.path("num_attention_heads").asInt());
    if (told > 0) {
      return told;
    }
    Integer usual = HEADS_OF_WIDTH.get(width);
    if (usual == null) {
      throw new ModelException(
          "%s: no tensor tells the number of attention heads of width %d; give it"
              .formatted(weights.path(), width));
    }
    return usual;
  }

  private long[] shape(String name, int dimensions) {
    TensorData tensor = tensors.get(BASE + name);
    if (tensor == null) {
      throw new ModelException(weights.path() + ": tensor " + name + " is missing");
    }
    if (tensor.shape().length != dimensions || tensor.numel() == 0) {
      throw new ModelException(
          "%s: tensor %s, %s, must have %d dimensions, none of them 0"
              .formatted(weights.path(), name, tensor, dimensions));
    }
    return tensor.shape();
  }

  private long count(String pattern) {
    return tensors.keySet().stream().filter(name -> name.matches(pattern)).count();
  }

  private static JsonNode json(Path file) {
    try {
      ObjectMapper mapper = new ObjectMapper();
      return Files.exists(file) ? mapper.readTree(file.toFile()) : mapper.createObjectNode();
    } catch (IOException e) {
      String line = e.getMessage().lines().collect(Collectors.joining(" "));
      throw new ModelException(file + " cannot be read: " + line, e);
    }
  }
}
