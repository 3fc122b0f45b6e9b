package io.mocov3.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ReferenceInitTest {
  private static final double PATCH_BOUND = Math.sqrt(6.0 / (3 * 8 * 8 + 16));
  private static final double SQUARE_BOUND = Math.sqrt(6.0 / (16 + 16));
  private static final double MLP_BOUND = Math.sqrt(6.0 / (16 + 32));

  @Test
  void everyTensorLiesWithinTheReferencesBoundAndFillsIt() {
    try (MoCoV3 model = Tiny.model(3)) {
      Map<String, Tensor> tensors = model.tensors();

      assertUniform(tensors.get("base_encoder.patch_embed.proj.weight"), PATCH_BOUND);
      assertUniform(tensors.get("base_encoder.blocks.0.attn.qkv.weight"), SQUARE_BOUND);
      assertUniform(tensors.get("base_encoder.blocks.0.attn.proj.weight"), SQUARE_BOUND);
      assertUniform(tensors.get("base_encoder.blocks.0.mlp.fc1.weight"), MLP_BOUND);
      assertUniform(tensors.get("base_encoder.blocks.0.mlp.fc2.weight"), MLP_BOUND);
    }
  }

  @Test
  void biasesAreZeroAndTheClassTokenIsTiny() {
    try (MoCoV3 model = Tiny.model(3)) {
      Map<String, Tensor> tensors = model.tensors();

      assertThat(Tiny.numbers(tensors.get("base_encoder.blocks.0.attn.qkv.bias"))).containsOnly(0);
      assertThat(Tiny.numbers(tensors.get("base_encoder.patch_embed.proj.bias"))).containsOnly(0);
      assertThat(largest(tensors.get("base_encoder.cls_token"))).isBetween(1e-8, 1e-5);
    }
  }

  @Test
  void aSeedGivesTheSameWeightsAndAnotherSeedOthers() {
    String name = "base_encoder.blocks.0.mlp.fc1.weight";
    try (MoCoV3 first = Tiny.model(3);
        MoCoV3 same = Tiny.model(3);
        MoCoV3 other = Tiny.model(4)) {
      double[] weights = Tiny.numbers(first.tensors().get(name));

      assertThat(Tiny.numbers(same.tensors().get(name))).isEqualTo(weights);
      assertThat(Tiny.numbers(other.tensors().get(name))).isNotEqualTo(weights);
    }
  }

  @Test
  void theKeyEncoderStartsAsTheBaseEncoderAndMakesTheSameProjections() {
    try (PointerScope scope = new PointerScope();
        MoCoV3 model = Tiny.model(3)) {
      ViewPair views = Tiny.views(1);

      Queries queries = model.queries(views);

      try (ViewPair keys = model.keys(views, 1)) {
        assertThat(Tiny.numbers(keys.first()))
            .isEqualTo(Tiny.numbers(queries.first().projection()));
        assertThat(Tiny.numbers(keys.second()))
            .isEqualTo(Tiny.numbers(queries.second().projection()));
      }
    }
  }

  private static void assertUniform(Tensor tensor, double bound) {
    assertThat(largest(tensor)).isLessThanOrEqualTo(bound * (1 + 1e-6)).isGreaterThan(0.9 * bound);
  }

  private static double largest(Tensor tensor) {
    return Arrays.stream(Tiny.numbers(tensor)).map(Math::abs).max().orElseThrow();
  }
}
