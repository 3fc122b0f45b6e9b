package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.device.Placement;
import io.mocov3.model.method.MoCoV3Config;
import io.mocov3.model.method.Targets;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.step.TrainingStep.Verdict;
import io.mocov3.model.tensor.TorchOps;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class GradientMeterTest {

  /** By the reference's names. */
  private static String layer(String name) {
    String inner = name.replaceFirst("^base_encoder\\.", "").replaceFirst("\\..*", "");
    return switch (inner) {
      case "cls_token", "pos_embed" -> "tokens";
      case "patch_embed" -> "patch_projection";
      case "blocks" -> name.contains("blocks.0.") ? "block_00" : "another";
      case "norm" -> "final_norm";
      case "head" -> "projector";
      default -> inner;
    };
  }

  @Test
  void normsAreThoseOfEachLayersNumbers() {
    try (TrainingStep model = Tiny.model(Tiny.config(PatchProjectionKind.LEARNED), 1);
        PointerScope scope = new PointerScope()) {
      collect(model, 1);
      Map<String, double[]> expected = new LinkedHashMap<>();
      List<Entry> parameters = model.trained();
      List<String> layers = parameters.stream().map(entry -> layer(entry.name())).toList();
      for (int i = 0; i < layers.size(); i++) {
        double[] numbers = Tiny.numbers(parameters.get(i).tensor().grad());
        add(expected.computeIfAbsent(layers.get(i), name -> new double[2]), numbers);
        add(expected.computeIfAbsent("total", name -> new double[2]), numbers);
      }

      StepMeasurement measured = model.measure();

      GradientNorms norms = measured.gradients();
      assertThat(measured.finite()).isTrue();
      assertThat(norms.layers())
          .contains("patch_projection", "block_00", "final_norm", "projector", "predictor")
          .last()
          .isEqualTo("all");
      for (int i = 0; i < norms.layers().size(); i++) {
        String layer = norms.layers().get(i);
        double[] truth = expected.get(layer.equals("all") ? "total" : layer);
        assertThat(norms.l2().get(i))
            .as(layer)
            .isCloseTo(Math.sqrt(truth[0]), withinPercentage(1e-3));
        assertThat(norms.largest().get(i)).as(layer).isCloseTo(truth[1], withinPercentage(1e-3));
      }
      assertThat(model.takeLoss()).isZero();
    }
  }

  @Test
  void theLargestNumberIsTheInfinityNorm() {
    try (PointerScope scope = new PointerScope()) {
      List<Tensor> tensors =
          List.of(
              Tensor.create(Tiny.random(1, 1000), 1000),
              Tensor.create(new double[] {-3, 2}, 2),
              Tensor.create(new double[] {1, Double.NaN}, 2));
      List<Tensor> norms = TorchOps.foreachLargest(tensors);
      for (int i = 0; i < tensors.size(); i++) {
        assertThat(Double.valueOf(GradientMeter.largest(tensors.get(i)).item_double()))
            .isEqualTo(Double.valueOf(norms.get(i).item_double()));
      }
    }
  }

  @Test
  void aFireDrillScalesOneLayerOnce() {
    try (TrainingStep model = Tiny.model(1);
        PointerScope scope = new PointerScope()) {
      collect(model, 1);
      GradientNorms before = model.measure().gradients();
      model.scaleNextGradient("block_00", 10);

      GradientNorms drill = model.measure().gradients();
      GradientNorms after = model.measure().gradients();

      int block = before.layers().indexOf("block_00");
      int heads = before.layers().indexOf("predictor");
      assertThat(drill.l2().get(block))
          .isCloseTo(10 * before.l2().get(block), withinPercentage(1e-3));
      assertThat(drill.l2().get(heads)).isEqualTo(before.l2().get(heads));
      assertThat(after).isEqualTo(drill);
    }
  }

  @Test
  void whatIsNotFiniteIsFoundInItsLayer() {
    try (TrainingStep model = Tiny.model(1);
        PointerScope scope = new PointerScope()) {
      collect(model, 1);
      model.scaleNextGradient("block_00", Double.POSITIVE_INFINITY);

      StepMeasurement measured = model.measure();

      assertThat(measured.finite()).isFalse();
      assertThat(measured.gradients().firstNotFinite()).isEqualTo("block_00");
    }
  }

  @Test
  void aDiscardedStepLeavesNoTrace() {
    try (TrainingStep plain = Tiny.model(1);
        TrainingStep other = Tiny.model(1);
        PointerScope scope = new PointerScope()) {
      plain.run(Tiny.views(1), new Rates(1e-3, 0.9));
      plain.run(Tiny.views(2), new Rates(1e-3, 0.9));
      other.run(Tiny.views(1), new Rates(1e-3, 0.9));
      Pending discarded = collect(other, 7);
      other.measure();
      other.finish(discarded, Verdict.DISCARD);
      double next = other.run(Tiny.views(2), new Rates(1e-3, 0.9));

      assertThat(other.optimizer().steps()).isEqualTo(2);
      plain
          .tensors()
          .forEach(
              (name, tensor) ->
                  assertThat(Tiny.numbers(other.tensors().get(name)))
                      .as(name)
                      .isEqualTo(Tiny.numbers(tensor)));
      assertThat(next).isFinite();
    }
  }

  @Test
  void aProjectionThatIsFrozenOnTheWayKeepsItsBits() {
    try (TrainingStep model = Tiny.model(Tiny.config(PatchProjectionKind.LEARNED), 1);
        PointerScope scope = new PointerScope()) {
      model.run(Tiny.views(1), new Rates(1e-2, 0.9));
      model.freezePatchProjection();
      double[] before = Tiny.numbers(projection(model));
      model.run(Tiny.views(2), new Rates(1e-2, 0.9));

      assertThat(Tiny.numbers(projection(model))).isEqualTo(before);
    }
  }

  @Test
  void aClipOfTheProjectionOnTheWayKeepsTheBoundOnAll() {
    StepConfig bounded = Tiny.bounded(new GradientClip(0, 1e-3));
    MoCoV3Config config = Tiny.config(PatchProjectionKind.LEARNED);
    try (TrainingStep plain = new TrainingStep(config, bounded, Placement.CPU, 1);
        TrainingStep clipped = new TrainingStep(config, bounded, Placement.CPU, 1);
        PointerScope scope = new PointerScope()) {
      clipped.clipPatchProjection(1e9);
      plain.run(Tiny.views(1), new Rates(1e-2, 0.9));
      clipped.run(Tiny.views(1), new Rates(1e-2, 0.9));

      assertThat(Tiny.numbers(clipped.optimizer().state().firstEntry().getValue()))
          .containsExactly(
              Tiny.numbers(plain.optimizer().state().firstEntry().getValue()), within(1e-9));
    }
  }

  private static Tensor projection(TrainingStep model) {
    return model.tensors().get("base_encoder.patch_embed.proj.weight");
  }

  /** The keys, both forwards and both backwards of a step. */
  private static Pending collect(TrainingStep model, int seed) {
    Pending step = model.begin(Tiny.views(seed), new Rates(1e-3, 0.9));
    try (Targets targets = model.targets(step)) {
      model.backward(step, targets);
    }
    return step;
  }

  private static void add(double[] sumAndLargest, double[] numbers) {
    sumAndLargest[0] += Arrays.stream(numbers).map(x -> x * x).sum();
    sumAndLargest[1] =
        Math.max(sumAndLargest[1], Arrays.stream(numbers).map(Math::abs).max().orElse(0));
  }
}
