package io.mocov3.model.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.nn.Weights.Kind;
import io.mocov3.model.step.Pending;
import io.mocov3.model.step.Rates;
import io.mocov3.model.step.Tiny;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.step.TrainingStep.Verdict;
import io.mocov3.model.tensor.NoGrad;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdamWTest {
  private final PointerScope scope = new PointerScope();

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void twoStepsAreThoseComputedByHand() {
    Entry weight = parameter("w", 0.5);

    try (Optimizer optimizer = Optimizer.of(List.of(weight), Tiny.ADAM_W)) {
      step(optimizer, weight, 0.2);

      // 0.5 (1 - 0.1 * 0.1) - 0.1 * 0.2 / (0.2 + 1e-8)
      assertThat(weight.tensor().item_double()).isCloseTo(0.395000005, within(1e-14));
      assertThat(moment(optimizer, "exp_avg.w")).isCloseTo(0.02, within(1e-15));
      assertThat(moment(optimizer, "exp_avg_sq.w")).isCloseTo(4e-5, within(1e-15));

      step(optimizer, weight, -0.1);

      // m^ = 0.008 / (1 - 0.9^2), v^ = 4.996e-5 / (1 - 0.999^2)
      assertThat(weight.tensor().item_double()).isCloseTo(0.364416302668676, within(1e-14));
      assertThat(moment(optimizer, "exp_avg.w")).isCloseTo(0.008, within(1e-15));
      assertThat(moment(optimizer, "exp_avg_sq.w")).isCloseTo(4.996e-5, within(1e-15));
      assertThat(optimizer.steps()).isEqualTo(2);
    }
  }

  @Test
  void gradientsAreForgottenAfterAStep() {
    Entry weight = parameter("w", 0.5);

    try (Optimizer optimizer = Optimizer.of(List.of(weight), Tiny.ADAM_W)) {
      step(optimizer, weight, 0.2);

      assertThat(weight.tensor().grad().defined()).isFalse();
    }
  }

  @Test
  void theDecayFallsOnEveryTrainedTensorBiasesToo() {
    try (TrainingStep model = Tiny.model(1)) {
      List<double[]> before = new ArrayList<>();
      for (Entry entry : model.trained()) {
        try (NoGrad noGrad = new NoGrad()) {
          entry.tensor().fill_(new org.bytedeco.pytorch.Scalar(2.0));
        }
        entry.tensor().mutable_grad().put(torch.zeros_like(entry.tensor()));
        before.add(Tiny.numbers(entry.tensor()));
      }

      try (PointerScope scope = new PointerScope();
          Pending step = model.begin(Tiny.views(1), new Rates(0.5, 0.99))) {
        model.finish(step, Verdict.APPLY);
      }

      assertThat(before).isNotEmpty().allSatisfy(numbers -> assertThat(numbers).containsOnly(2));
      assertThat(model.trained())
          .extracting(Entry::name)
          .contains(
              "base_encoder.blocks.0.attn.qkv.bias",
              "base_encoder.blocks.0.norm1.bias",
              "base_encoder.head.1.bias",
              "base_encoder.cls_token",
              "predictor.1.weight");
      assertThat(model.trained())
          .allSatisfy(
              entry -> {
                for (double number : Tiny.numbers(entry.tensor())) {
                  assertThat(number).isCloseTo(2 * (1 - 0.5 * 0.1), within(1e-6));
                }
              });
    }
  }

  @Test
  void onlyTrainedTensorsAreKnown() {
    try (TrainingStep model = Tiny.model(1)) {
      List<String> trained = model.trained().stream().map(Entry::name).toList();

      assertThat(model.optimizer().state().keySet())
          .containsExactlyElementsOf(
              trained.stream()
                  .flatMap(name -> List.of("exp_avg." + name, "exp_avg_sq." + name).stream())
                  .toList());
      assertThat(trained)
          .noneMatch(name -> name.contains("patch_embed"))
          .noneMatch(name -> name.contains("pos_embed"))
          .noneMatch(name -> name.contains("running_"))
          .noneMatch(name -> name.startsWith("momentum_encoder"));
    }
  }

  @Test
  void aLearnedProjectionIsKnown() {
    try (TrainingStep model = Tiny.model(Tiny.config(PatchProjectionKind.LEARNED), 1)) {
      assertThat(model.trained())
          .extracting(Entry::name)
          .contains("base_encoder.patch_embed.proj.weight", "base_encoder.patch_embed.proj.bias");
    }
  }

  private static Entry parameter(String name, double value) {
    Tensor tensor = Tensor.create(new double[] {value}, 1);
    tensor.set_requires_grad(true);
    return new Entry(name, tensor, Kind.TRAINED, Layers.ALL);
  }

  private static void step(Optimizer optimizer, Entry parameter, double gradient) {
    parameter.tensor().mutable_grad().put(Tensor.create(new double[] {gradient}, 1));
    optimizer.step(0.1);
  }

  private static double moment(Optimizer optimizer, String name) {
    return Tiny.numbers(optimizer.state().get(name))[0];
  }
}
