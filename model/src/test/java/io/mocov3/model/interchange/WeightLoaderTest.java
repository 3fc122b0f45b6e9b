package io.mocov3.model.interchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.safetensors.DType;
import io.mocov3.model.safetensors.SafetensorsWriter;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.TensorCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightLoaderTest {
  private static final VitConfig VIT =
      InterchangeModels.vit(
          PatchProjectionKind.FROZEN_RANDOM, PositionEmbeddingKind.SINCOS, Pooling.CLS);
  private static final List<Double> HALVES = List.of(0.5, 0.5, 0.5);

  @TempDir private Path dir;

  static SequencedMap<String, BackboneConfig> shapes() {
    return InterchangeModels.shapes();
  }

  static List<String> names() {
    return List.copyOf(shapes().keySet());
  }

  @ParameterizedTest
  @MethodSource("names")
  void whatWasExportedComesBack(String name) {
    BackboneConfig shape = shapes().get(name);
    BackboneConfig plain =
        name.endsWith("-norm") && !name.startsWith("mean")
            ? InterchangeModels.vit(
                PatchProjectionKind.LEARNED, PositionEmbeddingKind.SINCOS, Pooling.CLS)
            : shape;
    try (Encoder trained = InterchangeModels.trained(shape)) {
      SequencedMap<String, TensorData> backbone = InterchangeModels.backbone(trained, shape);
      Export export = Export.timm(shape, backbone, HALVES, HALVES);
      export.write(dir);
      try (Encoder loaded = InterchangeModels.empty(InterchangeModels.config(plain));
          ImportedWeights weights = ImportedWeights.open(dir)) {
        assertThat(weights.layout()).isEqualTo(Layout.TIMM);
        assertThat(WeightLoader.load(weights, loaded)).startsWith("backbone");
        assertThat(InterchangeModels.described(ModelDescription.of(weights, OptionalInt.empty())))
            .isEqualTo(
                InterchangeModels.config(
                    plain instanceof VitConfig vit && vit.stem() == Stem.PATCH
                        ? learned(vit)
                        : plain));
        if (plain.equals(shape)) {
          assertThat(InterchangeModels.backbone(loaded, shape)).isEqualTo(backbone);
        }
      }
    }
  }

  @Test
  void theHeadsComeAlongWhereTheyAreThere() {
    try (TrainingStep trained = InterchangeModels.model(VIT, 1);
        TrainingStep fresh = InterchangeModels.model(VIT, 2)) {
      InterchangeModels.train(trained, VIT, 2);
      SequencedMap<String, TensorData> released = new LinkedHashMap<>();
      TensorCodec.toData(trained.tensors())
          .forEach((name, tensor) -> released.put("module." + name, tensor));
      released.put("module.base_encoder.head.1.num_batches_tracked", zeros(1));

      String told = load(released, fresh);

      assertThat(told).contains("momentum encoder").doesNotContain("not in the file");
      assertThat(TensorCodec.toData(fresh.tensors()))
          .isEqualTo(TensorCodec.toData(trained.tensors()));
    }
  }

  @Test
  void withoutAMomentumEncoderItIsACopyOfTheBaseEncoder() {
    try (TrainingStep trained = InterchangeModels.model(VIT, 1);
        TrainingStep fresh = InterchangeModels.model(VIT, 2)) {
      SequencedMap<String, TensorData> base = TensorCodec.toData(trained.tensors());
      base.keySet().removeIf(name -> !name.startsWith("base_encoder."));

      String told = load(base, fresh);

      assertThat(told).endsWith("; not in the file: predictor, momentum encoder");
      SequencedMap<String, TensorData> loaded = TensorCodec.toData(fresh.tensors());
      TensorCodec.toData(trained.base().weights().tensors())
          .forEach(
              (name, data) ->
                  assertThat(loaded.get("momentum_encoder." + name)).as(name).isEqualTo(data));
    }
  }

  @Test
  void mistakesAreOneLineThatNamesTheTensor() {
    try (TrainingStep model = InterchangeModels.model(VIT, 1)) {
      expectRefusal(
          model,
          tensors -> tensors.remove("base_encoder.norm.bias"),
          "tensor base_encoder.norm.bias is missing");
      expectRefusal(
          model,
          tensors -> tensors.remove("base_encoder.head.3.weight"),
          "tensor base_encoder.head.3.weight is missing");
      expectRefusal(
          model,
          tensors -> tensors.put("base_encoder.blocks.9.norm1.bias", zeros(48)),
          "tensor base_encoder.blocks.9.norm1.bias has no place in this model");
      expectRefusal(
          model,
          tensors -> tensors.put("base_encoder.norm.bias", zeros(47)),
          "tensor base_encoder.norm.bias has shape [47], but the model's is [48]");
    }
  }

  @Test
  void aFileOfNoKnownLayoutIsOneLine() {
    Path file = dir.resolve("other.safetensors");
    SafetensorsWriter.write(file, new LinkedHashMap<>(Map.of("lstm.weight", zeros(3))), Map.of());

    assertThatThrownBy(() -> ImportedWeights.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            file
                + ": names no tensors of the reference, timm or transformers; its first ones are"
                + " [lstm.weight]");
  }

  @Test
  void aTruncatedFileIsOneLine() throws IOException {
    try (Encoder encoder = InterchangeModels.trained(VIT)) {
      Export.timm(VIT, InterchangeModels.backbone(encoder, VIT), HALVES, HALVES).write(dir);
    }
    Path file = dir.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));

    assertThatThrownBy(() -> ImportedWeights.open(dir))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(file + ": ")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aMissingThirdOfAttentionIsNamed() {
    try (Encoder encoder = InterchangeModels.trained(VIT)) {
      Export export =
          Export.huggingFace(VIT, InterchangeModels.backbone(encoder, VIT), HALVES, HALVES);
      export.tensors().remove("encoder.layer.1.attention.attention.key.bias");
      export.write(dir);
    }

    assertThatThrownBy(() -> ImportedWeights.open(dir))
        .hasMessageEndingWith("tensor encoder.layer.1.attention.attention.key.bias is missing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pos_embed",
        "blocks.0.norm1.weight",
        "patch_embed.proj.weight",
        "blocks.0.mlp.fc1.weight"
      })
  void tensorsOfNoSensibleShapeAreOneLine(String name) {
    try (Encoder encoder = InterchangeModels.trained(VIT)) {
      Export export = Export.timm(VIT, InterchangeModels.backbone(encoder, VIT), HALVES, HALVES);
      export
          .tensors()
          .put(name, new TensorData(DType.F32, new long[0], ByteBuffer.allocateDirect(4)));
      export.write(dir);
    }

    assertThatThrownBy(
            () -> {
              try (ImportedWeights weights = ImportedWeights.open(dir)) {
                ModelDescription.of(weights, OptionalInt.empty());
              }
            })
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(name)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void whatOthersLackIsNotExported() {
    VitConfig batchNormMlp =
        new VitConfig(
            32,
            8,
            48,
            1,
            4,
            2,
            PatchProjectionKind.LEARNED,
            PositionEmbeddingKind.SINCOS,
            Pooling.CLS,
            Stem.PATCH,
            MlpNorm.BATCH);

    assertThatThrownBy(() -> Export.timm(batchNormMlp, new LinkedHashMap<>(), HALVES, HALVES))
        .hasMessageStartingWith("mlp-norm batch has no counterpart");
    assertThatThrownBy(
            () -> Export.huggingFace(shapes().get("mean"), new LinkedHashMap<>(), HALVES, HALVES))
        .hasMessageContaining("needs a patch projection and pooling cls");
  }

  private void expectRefusal(
      TrainingStep model,
      java.util.function.Consumer<SequencedMap<String, TensorData>> damage,
      String message) {
    SequencedMap<String, TensorData> tensors = TensorCodec.toData(model.tensors());
    damage.accept(tensors);

    assertThatThrownBy(() -> load(tensors, model))
        .isInstanceOf(ModelException.class)
        .hasMessage(dir.resolve("model.safetensors") + " does not fit this model: " + message);
  }

  private String load(SequencedMap<String, TensorData> tensors, TrainingStep model) {
    SafetensorsWriter.write(dir.resolve("model.safetensors"), tensors, Map.of());
    try (ImportedWeights weights = ImportedWeights.open(dir)) {
      return WeightLoader.load(weights, model.tensors());
    }
  }

  /** Weights alone do not tell whether their projection was frozen. */
  private static VitConfig learned(VitConfig vit) {
    return InterchangeModels.vit(
        PatchProjectionKind.LEARNED, vit.positionEmbedding(), vit.pooling());
  }

  private static TensorData zeros(int size) {
    return new TensorData(DType.F32, new long[] {size}, ByteBuffer.allocateDirect(4 * size));
  }
}
