package io.mocov3.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.Weights.Entry;
import io.mocov3.model.Weights.Kind;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class AdamWTest {

  @Test
  void twoStepsAreThoseOfTheFormulaWithDecoupledDecay() {
    double rate = 0.1;
    AdamWConfig config = new AdamWConfig(0.9, 0.99, 1e-8, 0.5);
    try (PointerScope scope = new PointerScope()) {
      Tensor weight = Tensor.create(new double[] {2}, 1);
      weight.set_requires_grad(true);
      try (AdamW optimizer = new AdamW(List.of(new Entry("w", weight, Kind.TRAINED)), config)) {
        double w = 2;
        double m = 0;
        double v = 0;
        for (int t = 1; t <= 2; t++) {
          double gradient = 3.0 / t;
          weight.mutable_grad().put(Tensor.create(new double[] {gradient}, 1));

          optimizer.step(rate);

          m = 0.9 * m + 0.1 * gradient;
          v = 0.99 * v + 0.01 * gradient * gradient;
          w -= rate * 0.5 * w;
          double mHat = m / (1 - Math.pow(0.9, t));
          double vHat = v / (1 - Math.pow(0.99, t));
          w -= rate * mHat / (Math.sqrt(vHat) + 1e-8);
          assertThat(Tiny.numbers(weight)[0]).isCloseTo(w, within(1e-12));
        }
      }
    }
  }

  @Test
  void itKnowsTrainedTensorsOnlyAndBiasesAmongThem() {
    try (MoCoV3 model = Tiny.model(1)) {
      List<String> names = model.trained().stream().map(Entry::name).toList();

      assertThat(names)
          .contains("base_encoder.cls_token", "base_encoder.blocks.0.attn.qkv.bias")
          .noneMatch(name -> name.contains("patch_embed") || name.contains("pos_embed"))
          .noneMatch(name -> name.contains("running_") || name.startsWith("momentum_encoder"));
    }
  }
}
