package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.backbone.PatchProjectionKind;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

/** Fifty steps with weight decay 0.1: an optimizer that saw the projection would shrink it. */
class FrozenProjectionTest {

  @Test
  void aFrozenProjectionKeepsItsBits() {
    try (TrainingStep model = Tiny.model(Tiny.config(PatchProjectionKind.FROZEN_RANDOM), 1)) {
      Map<String, double[]> before = fixed(model);

      train(model);

      Map<String, double[]> after = fixed(model);
      assertThat(before).hasSize(6);
      assertThat(before)
          .allSatisfy((name, numbers) -> assertThat(after.get(name)).as(name).isEqualTo(numbers));
    }
  }

  @Test
  void aLearnedProjectionMovesAndItsAverageFollows() {
    try (TrainingStep model = Tiny.model(Tiny.config(PatchProjectionKind.LEARNED), 1)) {
      Map<String, double[]> before = fixed(model);

      train(model);

      Map<String, double[]> after = fixed(model);
      assertThat(before)
          .allSatisfy(
              (name, numbers) -> {
                if (name.contains("patch_embed")) {
                  assertThat(after.get(name)).as(name).isNotEqualTo(numbers);
                } else {
                  assertThat(after.get(name)).as(name).isEqualTo(numbers);
                }
              });
    }
  }

  private static void train(TrainingStep model) {
    for (int step = 0; step < 1000; step++) {
      try (PointerScope scope = new PointerScope()) {
        model.run(Tiny.views(step), new Rates(1e-2, 0.9));
      }
    }
  }

  /** The projection and the positions, of both encoders. */
  private static Map<String, double[]> fixed(TrainingStep model) {
    Map<String, double[]> numbers = new LinkedHashMap<>();
    model
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.contains("patch_embed") || name.contains("pos_embed")) {
                numbers.put(name, Tiny.numbers(tensor));
              }
            });
    return numbers;
  }
}
