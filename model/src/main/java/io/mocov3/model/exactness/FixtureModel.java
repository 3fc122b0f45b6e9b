package io.mocov3.model.exactness;

import com.fasterxml.jackson.databind.JsonNode;
import io.mocov3.model.HeadConfig;
import io.mocov3.model.MoCoV3;
import io.mocov3.model.MoCoV3Config;
import io.mocov3.model.ModelException;
import io.mocov3.model.PatchProjectionKind;
import io.mocov3.model.Pooling;
import io.mocov3.model.PositionEmbeddingKind;
import io.mocov3.model.Precision;
import io.mocov3.model.TensorCodec;
import io.mocov3.model.VitConfig;
import io.mocov3.model.safetensors.DType;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.Tensor;

/** Builds the model that a moco-step fixture describes, with its initial weights. */
final class FixtureModel {
  private static final String BASE = "base_encoder.";
  private static final String MOMENTUM = "momentum_encoder.";

  private FixtureModel() {}

  static MoCoV3 build(Fixture fixture) {
    MoCoV3 model =
        new MoCoV3(
            config(fixture),
            OptimizerFixture.adamW(fixture),
            fixture.placement(),
            Precision.FP32,
            0);
    Map<String, Tensor> tensors = model.tensors();
    JsonNode initial = fixture.field("initial");
    tensors.forEach((name, tensor) -> load(fixture, initial, tensors, name, tensor));
    return model;
  }

  private static void load(
      Fixture fixture, JsonNode initial, Map<String, Tensor> tensors, String name, Tensor target) {
    JsonNode fill = initial.path("fill").path(name);
    if (fill.isObject()) {
      TensorCodec.copy(name, filled(name, initial.path("seed").asLong(), fill), target);
    } else if (inFile(fixture, initial, name, target)) {
      return;
    } else if (name.startsWith(MOMENTUM)) {
      String base = BASE + name.substring(MOMENTUM.length());
      load(fixture, initial, tensors, base, tensors.get(base));
      TensorCodec.copy(name, TensorCodec.toData(tensors.get(base)), target);
    } else if (!name.contains("running_")) {
      throw new ModelException(fixture.folder() + ": initial holds no tensor " + name);
    }
  }

  private static boolean inFile(Fixture fixture, JsonNode initial, String name, Tensor target) {
    if (!initial.path("file").isTextual()) {
      return false;
    }
    try (SafetensorsFile file = fixture.open(initial.path("file").asText())) {
      if (!file.names().contains(name)) {
        return false;
      }
      TensorCodec.copy(name, file.get(name), target);
      return true;
    }
  }

  private static TensorData filled(String name, long seed, JsonNode fill) {
    long[] shape =
        StreamSupport.stream(fill.path("shape").spliterator(), false)
            .mapToLong(JsonNode::asLong)
            .toArray();
    int size = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    float[] values =
        FillFormula.values(
            name, seed, size, fill.path("offset").asDouble(), fill.path("scale").asDouble());
    ByteBuffer bytes = ByteBuffer.allocateDirect(4 * size).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return new TensorData(DType.F32, shape, bytes);
  }

  private static MoCoV3Config config(Fixture fixture) {
    return new MoCoV3Config(
        vit(fixture, fixture.field("backbone")),
        head(fixture, "projector"),
        head(fixture, "predictor"),
        fixture.field("temperature").asDouble());
  }

  private static VitConfig vit(Fixture fixture, JsonNode backbone) {
    require(fixture, backbone, "family", "vit");
    require(fixture, backbone, "stem", "patch");
    require(fixture, backbone, "mlp_norm", "layer");
    return new VitConfig(
        backbone.path("image_size").asInt(),
        backbone.path("patch_size").asInt(),
        backbone.path("width").asInt(),
        backbone.path("depth").asInt(),
        backbone.path("heads").asInt(),
        backbone.path("mlp_ratio").asInt(),
        choice(PatchProjectionKind.class, backbone.path("patch_projection")),
        choice(PositionEmbeddingKind.class, backbone.path("position_embedding")),
        choice(Pooling.class, backbone.path("pooling")));
  }

  private static HeadConfig head(Fixture fixture, String name) {
    JsonNode head = fixture.field(name);
    if (head.isNull()) {
      throw new ModelException(fixture.folder() + ": a " + name + " of null is not supported yet");
    }
    return new HeadConfig(
        head.path("layers").asInt(),
        head.path("hidden").asInt(),
        head.path("out").asInt(),
        head.path("batch_norm").asBoolean(),
        head.path("final_batch_norm").asBoolean());
  }

  private static void require(Fixture fixture, JsonNode parent, String name, String supported) {
    String value = parent.path(name).asText(supported);
    if (!value.equals(supported)) {
      throw new ModelException(
          "%s: %s %s is not supported yet; supported: %s"
              .formatted(fixture.folder(), name, value, supported));
    }
  }

  private static <E extends Enum<E>> E choice(Class<E> type, JsonNode value) {
    String name = value.asText().replace('-', '_').toUpperCase(Locale.ROOT);
    return Enum.valueOf(type, name);
  }
}
