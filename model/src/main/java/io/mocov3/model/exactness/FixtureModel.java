package io.mocov3.model.exactness;

import com.fasterxml.jackson.databind.JsonNode;
import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.device.Precision;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.method.MethodConfig.SmallViews;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.safetensors.DType;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.step.EmaOrder;
import io.mocov3.model.step.MemorySaver;
import io.mocov3.model.step.StepConfig;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.TensorCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.Tensor;

/** Builds the model that a moco-step fixture describes, with its initial weights. */
final class FixtureModel {
  private static final String BASE = "base_encoder.";
  private static final String MOMENTUM = "momentum_encoder.";

  private FixtureModel() {}

  static TrainingStep build(Fixture fixture) {
    TrainingStep model =
        new TrainingStep(
            config(fixture),
            new StepConfig(
                OptimizerFixture.config(fixture),
                new GradientClip(
                    fixture.json().path("patch_projection_clip").asDouble(0),
                    fixture.json().path("gradient_clip").asDouble(0)),
                Fixture.choice(EmaOrder.class, fixture.json().path("ema_order"), "before-keys"),
                Precision.FP32,
                fixture.way().microBatches(),
                MemorySaver.AUTO),
            fixture.placement(),
            0,
            fixture.way().group());
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

  private static MethodConfig config(Fixture fixture) {
    BackboneConfig backbone = backbone(fixture, fixture.field("backbone"));
    HeadConfig projector = head(fixture.field("projector"));
    JsonNode predictor = fixture.field("predictor");
    Optional<HeadConfig> predicts =
        predictor.isNull() ? Optional.empty() : Optional.of(head(predictor));
    double temperature = fixture.field("temperature").asDouble();
    String method = fixture.json().path("method").asText("moco-v3");
    return switch (method) {
      case "moco-v3" ->
          MethodConfig.momentumContrast(
              backbone,
              projector,
              predicts,
              temperature,
              fixture.json().path("queue_length").asInt(0));
      case "simclr" -> MethodConfig.simClr(backbone, projector, temperature);
      case "byol" -> MethodConfig.byol(backbone, projector, predicts.orElseThrow());
      case "swav" ->
          MethodConfig.swav(
              backbone,
              projector,
              fixture.field("prototypes").asInt(),
              temperature,
              fixture.sinkhorn(),
              fixture.json().path("frozen_updates").asLong(0),
              new SmallViews(
                  fixture.json().path("small_crops").path("count").asInt(0),
                  fixture.json().path("small_crops").path("size").asInt(0)));
      default -> throw fixture.unknownMethod(method);
    };
  }

  private static BackboneConfig backbone(Fixture fixture, JsonNode backbone) {
    String family = backbone.path("family").asText();
    return switch (family) {
      case "vit" -> vit(backbone);
      case "resnet" ->
          new ResNetConfig(backbone.path("depth").asInt(), backbone.path("image_size").asInt());
      default ->
          throw new ModelException(
              fixture.folder() + ": family " + family + " is not one of vit, resnet");
    };
  }

  private static VitConfig vit(JsonNode backbone) {
    return new VitConfig(
        backbone.path("image_size").asInt(),
        backbone.path("patch_size").asInt(),
        backbone.path("width").asInt(),
        backbone.path("depth").asInt(),
        backbone.path("heads").asInt(),
        backbone.path("mlp_ratio").asInt(),
        Fixture.choice(
            PatchProjectionKind.class, backbone.path("patch_projection"), "frozen-random"),
        Fixture.choice(PositionEmbeddingKind.class, backbone.path("position_embedding"), "sincos"),
        Fixture.choice(Pooling.class, backbone.path("pooling"), "cls"),
        Fixture.choice(Stem.class, backbone.path("stem"), "patch"),
        Fixture.choice(MlpNorm.class, backbone.path("mlp_norm"), "layer"));
  }

  private static HeadConfig head(JsonNode head) {
    return new HeadConfig(
        head.path("layers").asInt(),
        head.path("hidden").asInt(),
        head.path("out").asInt(),
        head.path("batch_norm").asBoolean(),
        head.path("final_batch_norm").asBoolean());
  }
}
