package io.mocov3.model.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mocov3.model.ModelException;
import io.mocov3.model.nn.MlpNorm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VitConfigTest {

  @Test
  void theGridFollowsFromImageAndPatch() {
    assertThat(vit(224, 16, 384, 12, 12, 4).grid()).isEqualTo(14);
  }

  @Test
  void onlyClassPoolingAddsAToken() {
    assertThat(vit(PositionEmbeddingKind.SINCOS, Pooling.CLS).tokens()).isEqualTo(5);
    assertThat(vit(PositionEmbeddingKind.SINCOS, Pooling.MEAN).tokens()).isEqualTo(4);
    assertThat(vit(PositionEmbeddingKind.SINCOS, Pooling.MEAN_NO_NORM).tokens()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({
    "32,  5, 16, 1, 4, 4, image-size 32 is not divisible by patch-size 5",
    "16, 32, 16, 1, 4, 4, image-size 16 is not divisible by patch-size 32",
    " 0,  8, 16, 1, 4, 4, image-size and patch-size must be positive",
    "32,  0, 16, 1, 4, 4, image-size and patch-size must be positive",
    "32, -8, 16, 1, 4, 4, image-size and patch-size must be positive",
    "32,  8,  0, 1, 4, 4, 'width, depth and heads must be positive'",
    "32,  8, 16, 0, 4, 4, 'width, depth and heads must be positive'",
    "32,  8, 16, 1, 0, 4, 'width, depth and heads must be positive'",
    "32,  8, 16, 1, 3, 4, width 16 is not divisible by heads 3",
    "32,  8, 18, 1, 3, 4, 'width 18 is not divisible by 4, which position-embedding sincos needs'",
    "32,  8, 16, 1, 4, 0, mlp-ratio must be positive",
    "4096, 1, 16, 1, 4, 4, 'image-size 4096 over patch-size 1 makes 16777216 patches, more than"
        + " 65536'",
    "2147483647, 1, 16, 1, 4, 4, 'image-size 2147483647 over patch-size 1 makes 4611686014132420609"
        + " patches, more than 65536'",
    "32, 8, 16384, 1, 4, 4, 'the attention''s projection of 49152 x 16384 has more than 2 GiB, the"
        + " most of a tensor in a checkpoint'",
    "32, 8, 6144, 1, 4, 2147483647, 'an MLP''s layer of 13194139527168 x 6144 has more than 2 GiB,"
        + " the most of a tensor in a checkpoint'",
    "4096, 4096, 6144, 1, 4, 4, 'the patch projection of 6144 x 50331648 has more than 2 GiB, the"
        + " most of a tensor in a checkpoint'",
    "4096, 16, 13312, 1, 4, 1, 'the table of positions of 65537 x 13312 has more than 2 GiB, the"
        + " most of a tensor in a checkpoint'"
  })
  void aContradictionIsRefusedInOneLine(
      int image, int patch, int width, int depth, int heads, int mlpRatio, String message) {
    assertThatThrownBy(() -> vit(image, patch, width, depth, heads, mlpRatio))
        .isInstanceOf(ModelException.class)
        .hasMessage(message);
  }

  @Test
  void aRefusalTellsWhichSettingsItIsAbout() {
    ModelException refusal =
        catchThrowableOfType(ModelException.class, () -> vit(32, 8, 16, 1, 3, 4));

    assertThat(refusal.settings()).containsExactly("width", "heads");
  }

  @Test
  void onlyTheSineCosineTableNeedsAWidthOfWholeQuarters() {
    assertThat(vit(PositionEmbeddingKind.LEARNED, Pooling.CLS).width()).isEqualTo(18);
    assertThat(vit(PositionEmbeddingKind.NONE, Pooling.CLS).width()).isEqualTo(18);
  }

  private static VitConfig vit(PositionEmbeddingKind positions, Pooling pooling) {
    int width = positions == PositionEmbeddingKind.SINCOS ? 16 : 18;
    return new VitConfig(
        16,
        8,
        width,
        1,
        2,
        4,
        PatchProjectionKind.FROZEN_RANDOM,
        positions,
        pooling,
        Stem.PATCH,
        MlpNorm.LAYER);
  }

  private static VitConfig vit(
      int image, int patch, int width, int depth, int heads, int mlpRatio) {
    return new VitConfig(
        image,
        patch,
        width,
        depth,
        heads,
        mlpRatio,
        PatchProjectionKind.FROZEN_RANDOM,
        PositionEmbeddingKind.SINCOS,
        Pooling.CLS,
        Stem.PATCH,
        MlpNorm.LAYER);
  }
}
