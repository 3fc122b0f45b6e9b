package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.method.MoCoV3Config;
import io.mocov3.model.method.Targets;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.tensor.ViewPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A batch in parts, and both views at once, against one view after the other, in float64. */
class ViewFeaturesTest {
  private static final Rates RATES = new Rates(1e-3, 0.9);

  @ParameterizedTest
  @ValueSource(ints = {2, 3, Tiny.BATCH, 2 * Tiny.BATCH})
  void gradientsAndWeightsAreThoseOfTheWholeBatch(int parts) {
    assertSame(new StepConfig(Tiny.ADAM_W).inMicroBatches(parts));
  }

  @Test
  void soAreThoseOfBothViewsInOnePass() {
    assertSame(new StepConfig(Tiny.ADAM_W).withBothViews());
  }

  private static void assertSame(StepConfig config) {
    try (TrainingStep whole = model(new StepConfig(Tiny.ADAM_W));
        TrainingStep cut = model(config);
        PointerScope scope = new PointerScope()) {
      for (int step = 0; step < 3; step++) {
        List<double[]> expected = gradients(whole, step);
        List<double[]> gradients = gradients(cut, step);

        for (int i = 0; i < expected.size(); i++) {
          assertThat(gradients.get(i))
              .as(whole.trained().get(i).name())
              .containsExactly(expected.get(i), within(1e-9));
        }
        assertThat(cut.takeLoss()).isCloseTo(whole.takeLoss(), within(1e-12));
      }
      whole
          .tensors()
          .forEach(
              (name, tensor) ->
                  assertThat(Tiny.numbers(cut.tensors().get(name)))
                      .as(name)
                      .containsExactly(Tiny.numbers(tensor), within(1e-6)));
    }
  }

  /** A cast of a weight that was made without a graph must not be used in one. */
  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"BF16", "BF16_RESIDUAL"})
  void everyWeightHasItsGradientInBf16(Precision precision) {
    StepConfig config =
        new StepConfig(
            Tiny.ADAM_W, GradientClip.OFF, EmaOrder.BEFORE_KEYS, precision, 2, MemorySaver.AUTO);
    try (TrainingStep model =
            new TrainingStep(Tiny.config(PatchProjectionKind.LEARNED), config, Placement.CPU, 7);
        PointerScope scope = new PointerScope();
        Pending pending = model.begin(Tiny.views(1), RATES);
        Targets targets = model.targets(pending)) {
      model.backward(pending, targets);

      assertThat(model.trained()).allMatch(entry -> entry.tensor().grad().defined());
      assertThat(model.measure().finite()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void takesNoMemoryFromStepToStep(boolean bothViews) {
    StepConfig plain = new StepConfig(Tiny.ADAM_W);
    try (TrainingStep model = model(bothViews ? plain.withBothViews() : plain.inMicroBatches(4));
        PointerScope scope = new PointerScope();
        ViewPair views = Tiny.wideViews(1).retained()) {
      model.run(views, RATES);
      long before = Pointer.totalCount();
      for (int i = 0; i < 5; i++) {
        model.run(views, RATES);
      }
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }
  }

  @Test
  void aBackboneWithBatchNormIsRefused() {
    StepConfig config = new StepConfig(Tiny.ADAM_W).inMicroBatches(2);

    MethodConfig network =
        new MoCoV3Config(
            new ResNetConfig(18, 32), Tiny.config().projector(), Optional.empty(), 0.2);

    assertThatThrownBy(() -> config.check(network))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "micro-batches need a backbone without BatchNorm, which makes samples depend on each"
                + " other");
  }

  private static TrainingStep model(StepConfig config) {
    return new TrainingStep(Tiny.config(PatchProjectionKind.LEARNED), config, Tiny.DOUBLE, 7);
  }

  /** Of one step, which is then applied. */
  private static List<double[]> gradients(TrainingStep model, int step) {
    try (Pending pending = model.begin(Tiny.wideViews(step), RATES);
        Targets targets = model.targets(pending)) {
      model.backward(pending, targets);
      List<double[]> gradients = new ArrayList<>();
      for (Entry entry : model.trained()) {
        gradients.add(Tiny.numbers(entry.tensor().grad()));
      }
      model.finish(pending, TrainingStep.Verdict.APPLY);
      return gradients;
    }
  }
}
