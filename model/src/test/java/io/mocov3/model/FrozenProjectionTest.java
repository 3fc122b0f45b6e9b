package io.mocov3.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class FrozenProjectionTest {
  private static final String WEIGHT = "base_encoder.patch_embed.proj.weight";
  private static final int STEPS = 50;

  @Test
  void aFrozenProjectionKeepsItsBitsUnderWeightDecay() {
    try (MoCoV3 model = Tiny.model(Tiny.config(PatchProjectionKind.FROZEN_RANDOM), 1)) {
      double[] before = Tiny.numbers(model.tensors().get(WEIGHT));

      train(model);

      assertThat(Tiny.numbers(model.tensors().get(WEIGHT))).isEqualTo(before);
      assertThat(Tiny.numbers(model.tensors().get("momentum_encoder.patch_embed.proj.weight")))
          .isEqualTo(before);
    }
  }

  @Test
  void aLearnedProjectionMoves() {
    try (MoCoV3 model = Tiny.model(Tiny.config(PatchProjectionKind.LEARNED), 1)) {
      double[] before = Tiny.numbers(model.tensors().get(WEIGHT));

      train(model);

      assertThat(Tiny.numbers(model.tensors().get(WEIGHT))).isNotEqualTo(before);
    }
  }

  private static void train(MoCoV3 model) {
    for (int i = 0; i < STEPS; i++) {
      try (PointerScope scope = new PointerScope()) {
        model.step(Tiny.views(i), 1e-2, 0.9);
      }
    }
  }
}
