package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.method.MoCoV3Config;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.optim.GradientClip;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shapes that contradict themselves, and what the others look like. */
class VariantConfigTest {

  @ParameterizedTest
  @CsvSource({
    "16, 48, LEARNED, ''",
    "8, 48, LEARNED, patch-size 8 is not 16",
    "16, 36, LEARNED, width 36 is not divisible by 8",
    "16, 48, FROZEN_RANDOM, set patch-projection = learned",
  })
  void aConvStemHasItsOwnRules(
      int patch, int width, PatchProjectionKind projection, String message) {
    if (message.isEmpty()) {
      assertThat(conv(patch, width, projection).tokens()).isEqualTo(17);
    } else {
      assertThatThrownBy(() -> conv(patch, width, projection))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining(message);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "20, 64, depth 20 of a resnet is not one of 18",
    "50, 16, image-size 16 is less than 32"
  })
  void aResNetHasItsOwnRules(int depth, int imageSize, String message) {
    assertThatThrownBy(() -> new ResNetConfig(depth, imageSize))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message);
  }

  @Test
  void thePredictorEndsWhereTheProjectorEnds() {
    HeadConfig projector = new HeadConfig(2, 8, 8, true, true);
    Optional<HeadConfig> predictor = Optional.of(new HeadConfig(2, 8, 4, true, true));

    assertThatThrownBy(() -> new MoCoV3Config(new ResNetConfig(18, 32), projector, predictor, 0.2))
        .hasMessage("predictor.out 4 differs from projector.out 8");
  }

  @Test
  void aClipOfAFrozenProjectionIsRefused() {
    StepConfig clipped = Tiny.bounded(new GradientClip(0.1, 0));

    assertThatThrownBy(() -> new TrainingStep(Tiny.config(), clipped, Placement.CPU, 1))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("needs a trained patch projection");
  }

  @Test
  void theResidualBranchesOfAResNetAreSilentAtTheStart() {
    try (PointerScope scope = new PointerScope();
        Encoder encoder =
            new Encoder(
                new ResNetConfig(50, 32),
                new HeadConfig(2, 8, 8, true, true),
                Placement.CPU,
                EncoderRole.BASE,
                1)) {
      long silent =
          encoder.weights().tensors().entrySet().stream()
              .filter(entry -> entry.getKey().endsWith("bn3.weight"))
              .peek(entry -> assertThat(Tiny.numbers(entry.getValue())).containsOnly(0))
              .count();

      assertThat(silent).isEqualTo(16);
    }
  }

  @Test
  void evaluationUsesTheRunningStatistics() {
    MoCoV3Config config =
        new MoCoV3Config(
            new ResNetConfig(18, 32), new HeadConfig(2, 8, 8, true, true), Optional.empty(), 0.2);
    try (PointerScope scope = new PointerScope();
        Encoder encoder =
            new Encoder(
                config.backbone(), config.projector(), Placement.CPU, EncoderRole.EVALUATION, 1)) {
      Tensor images = org.bytedeco.pytorch.global.torch.ones(4, 3, 32, 32);
      images.select(0, 0).mul_(new org.bytedeco.pytorch.Scalar(3.0));

      Tensor together = encoder.features(images);
      Tensor alone = encoder.features(images.narrow(0, 0, 1));

      assertThat(Tiny.numbers(together.narrow(0, 0, 1)))
          .containsExactly(Tiny.numbers(alone), org.assertj.core.api.Assertions.within(1e-5));
    }
  }

  private static VitConfig conv(int patch, int width, PatchProjectionKind projection) {
    return new VitConfig(
        64,
        patch,
        width,
        1,
        2,
        2,
        projection,
        PositionEmbeddingKind.SINCOS,
        Pooling.CLS,
        Stem.CONV,
        MlpNorm.LAYER);
  }
}
