package io.mocov3.model.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.backbone.PatchProjection;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.nn.Weights.Kind;
import io.mocov3.model.step.Tiny;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.ViewPair;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferenceInitTest {
  private static final String MOMENTUM = "momentum_encoder.";
  private final PointerScope scope = new PointerScope();

  @AfterEach
  void close() {
    scope.close();
  }

  @ParameterizedTest
  @CsvSource({
    "16, 384, 0.0722",
    "16, 768, 0.0625",
    "16, 1024, 0.0579",
    "14, 1280, 0.0567",
    "7, 1024, 0.0716"
  })
  void thePatchProjectionIsUniformWithTheBoundOfTheReference(int patch, int width, double bound) {
    Weights weights = new Weights(Placement.CPU, EncoderRole.BASE);
    try (weights) {
      VitConfig config =
          new VitConfig(
              patch,
              patch,
              width,
              1,
              1,
              4,
              PatchProjectionKind.FROZEN_RANDOM,
              PositionEmbeddingKind.SINCOS,
              Pooling.CLS,
              Stem.PATCH,
              MlpNorm.LAYER);

      PatchProjection projection = new PatchProjection(weights, config, new Init(1, Placement.CPU));

      assertThat(projection).isNotNull();
      assertThat(largest(weights, "patch_embed.proj.weight")).isCloseTo(bound, within(5e-5));
      assertThat(numbers(weights, "patch_embed.proj.bias")).hasSize(width).containsOnly(0);
    }
  }

  @Test
  void everyMatrixIsUniformWithItsOwnBound() {
    try (Encoder encoder = encoder(1)) {
      expectBound(encoder, "blocks.0.attn.qkv.weight", Math.sqrt(6.0 / (48.0 / 3 + 16)));
      expectBound(encoder, "blocks.0.attn.proj.weight", Math.sqrt(6.0 / (16 + 16)));
      expectBound(encoder, "blocks.0.mlp.fc1.weight", Math.sqrt(6.0 / (16 + 32)));
      expectBound(encoder, "blocks.0.mlp.fc2.weight", Math.sqrt(6.0 / (32 + 16)));
      expectBound(encoder, "head.0.weight", 1 / Math.sqrt(16));
      expectBound(encoder, "head.3.weight", 1 / Math.sqrt(32));
      expectBound(encoder, "head.6.weight", 1 / Math.sqrt(32));
    }
  }

  @Test
  void biasesStartAtZeroAndNormsAtOne() {
    try (Encoder encoder = encoder(1)) {
      for (Entry entry : encoder.weights().entries(Kind.TRAINED::equals)) {
        if (entry.name().endsWith(".bias")) {
          assertThat(Tiny.numbers(entry.tensor())).as(entry.name()).containsOnly(0);
        }
      }
      for (String norm : new String[] {"blocks.0.norm1", "blocks.0.norm2", "norm", "head.1"}) {
        assertThat(numbers(encoder.weights(), norm + ".weight")).as(norm).containsOnly(1);
      }
    }
  }

  @Test
  void theClassTokenIsNormalWithAStandardDeviationOfAMillionth() {
    MoCoV3Config tiny = Tiny.config();
    VitConfig wide =
        new VitConfig(
            8,
            8,
            1024,
            1,
            1,
            1,
            PatchProjectionKind.FROZEN_RANDOM,
            PositionEmbeddingKind.NONE,
            Pooling.CLS,
            Stem.PATCH,
            MlpNorm.LAYER);
    MoCoV3Config config = new MoCoV3Config(wide, tiny.projector(), tiny.predictor(), 0.2);

    try (Encoder encoder =
        new Encoder(config.backbone(), config.projector(), Placement.CPU, EncoderRole.BASE, 1)) {
      double[] token = numbers(encoder.weights(), "cls_token");

      double square = Arrays.stream(token).map(x -> x * x).average().orElseThrow();
      assertThat(token).hasSize(1024);
      assertThat(Math.sqrt(square)).isCloseTo(1e-6, within(1e-7));
      assertThat(Arrays.stream(token).average().orElseThrow()).isCloseTo(0, within(1e-7));
    }
  }

  @Test
  void theSameSeedGivesTheSameWeights() {
    try (TrainingStep one = Tiny.model(7);
        TrainingStep other = Tiny.model(7)) {
      one.tensors()
          .forEach(
              (name, tensor) ->
                  assertThat(Tiny.numbers(tensor))
                      .as(name)
                      .isEqualTo(Tiny.numbers(other.tensors().get(name))));
    }
  }

  @Test
  void anotherSeedGivesOtherWeights() {
    try (TrainingStep one = Tiny.model(7);
        TrainingStep other = Tiny.model(8)) {
      one.tensors()
          .forEach(
              (name, tensor) -> {
                double[] numbers = Tiny.numbers(tensor);
                if (isDrawn(name, numbers)) {
                  assertThat(numbers)
                      .as(name)
                      .isNotEqualTo(Tiny.numbers(other.tensors().get(name)));
                }
              });
    }
  }

  @Test
  void noTwoMatricesAreDrawnAlike() {
    try (TrainingStep model = Tiny.model(7)) {
      double[] projector = Tiny.numbers(model.tensors().get("base_encoder.head.0.weight"));
      double[] predictor = Tiny.numbers(model.tensors().get("predictor.0.weight"));

      assertThat(predictor).hasSameSizeAs(projector).isNotEqualTo(projector);
    }
  }

  @Test
  void theMomentumEncoderStartsAsAnExactCopy() {
    try (TrainingStep model = Tiny.model(7)) {
      List<String> copied =
          model.tensors().keySet().stream()
              .filter(name -> name.startsWith(MOMENTUM))
              .map(name -> name.substring(MOMENTUM.length()))
              .toList();
      assertThat(copied).containsExactlyElementsOf(model.base().weights().tensors().keySet());
      assertThat(copied)
          .allSatisfy(
              name ->
                  assertThat(Tiny.numbers(model.tensors().get(MOMENTUM + name)))
                      .isEqualTo(numbers(model.base().weights(), name)));
    }
  }

  @Test
  void atTheStartBothEncodersSeeTheSameInTheSameView() {
    try (TrainingStep model = Tiny.model(7)) {
      Tensor view = Tiny.views(1).first();
      ViewPair twice = new ViewPair(view, view);

      Query q = model.method().queries(List.of(model.method().features(view))).getFirst();
      Target target = model.method().target().orElseThrow();
      try (ViewPair features = target.features(twice, Passes.ONE_A_VIEW);
          ViewPair k = target.keys(features)) {

        double[] projection = Tiny.numbers(q.projection());
        assertThat(Tiny.numbers(k.first())).containsExactly(projection, within(1e-5));
        assertThat(Tiny.numbers(k.second())).containsExactly(projection, within(1e-5));
      }
    }
  }

  private static Encoder encoder(long seed) {
    return new Encoder(
        Tiny.config().backbone(), Tiny.config().projector(), Placement.CPU, EncoderRole.BASE, seed);
  }

  private static boolean isDrawn(String name, double[] numbers) {
    return !name.contains("pos_embed") && Arrays.stream(numbers).distinct().count() > 1;
  }

  private static void expectBound(Encoder encoder, String name, double bound) {
    double[] numbers = numbers(encoder.weights(), name);
    double square = Arrays.stream(numbers).map(x -> x * x).average().orElseThrow();

    assertThat(largest(encoder.weights(), name)).as(name).isBetween(0.97 * bound, bound + 1e-7);
    assertThat(Math.sqrt(3 * square)).as(name).isCloseTo(bound, within(0.1 * bound));
  }

  private static double largest(Weights weights, String name) {
    return Arrays.stream(numbers(weights, name)).map(Math::abs).max().orElseThrow();
  }

  private static double[] numbers(Weights weights, String name) {
    return Tiny.numbers(weights.tensors().get(name));
  }
}
