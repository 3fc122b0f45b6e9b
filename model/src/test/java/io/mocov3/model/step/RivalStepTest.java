package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.loss.Sinkhorn;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.method.MethodConfig.SmallViews;
import io.mocov3.model.method.MoCoV3Config;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.tensor.TensorCodec;
import io.mocov3.model.tensor.TensorStaging;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for a step holds for every method. */
class RivalStepTest {
  private static final Rates RATES = new Rates(1e-3, 0.9);
  private static final HeadConfig PROJECTOR = new HeadConfig(2, 32, 16, true, true);
  private static final HeadConfig PREDICTOR = new HeadConfig(2, 32, 16, true, false);
  private static final BackboneConfig VIT = Tiny.config().backbone();
  private static final StepConfig PLAIN = new StepConfig(Tiny.ADAM_W);
  private static final String PROTOTYPES = "prototypes.weight";

  private static Stream<MethodConfig> methods() {
    return Stream.of(
        new MoCoV3Config(VIT, PROJECTOR, Optional.of(PREDICTOR), 0.2, 20),
        MethodConfig.simClr(VIT, PROJECTOR, 0.1),
        MethodConfig.byol(VIT, PROJECTOR, PREDICTOR),
        swav(0));
  }

  private static MethodConfig swav(long frozenUpdates) {
    return MethodConfig.swav(
        VIT, PROJECTOR, 7, 0.1, new Sinkhorn(0.05, 3), frozenUpdates, SmallViews.NONE);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void theFirstLossIsNearThatOfFeaturesThatTellNothingAndFalls(MethodConfig method) {
    try (TrainingStep model = model(method, PLAIN)) {
      double first = run(model, 0);
      double last = first;
      for (int i = 0; i < 30; i++) {
        last = run(model, 0);
      }

      double chance = method.lossAtChance(Tiny.BATCH);
      assertThat(first).isBetween(0.5 * chance, 1.5 * chance);
      assertThat(last).isLessThan(0.8 * first);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void inMicroBatchesAndWithBothViewsAtOnceTheStepIsTheSame(MethodConfig method) {
    try (TrainingStep whole = model(method, PLAIN);
        TrainingStep parts = model(method, PLAIN.inMicroBatches(3));
        TrainingStep joint = model(method, PLAIN.withBothViews())) {
      for (int step = 0; step < 3; step++) {
        double loss = run(whole, step);

        assertThat(run(parts, step)).isCloseTo(loss, within(1e-9));
        assertThat(run(joint, step)).isCloseTo(loss, within(1e-9));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void aCopyOfAllTensorsGoesOnAsTheOriginal(MethodConfig method) {
    try (TrainingStep original = model(method, PLAIN);
        TrainingStep other = model(method, PLAIN);
        TensorStaging staging = new TensorStaging(original.tensors());
        TensorStaging moments = new TensorStaging(original.optimizer().state())) {
      run(original, 0);
      try (TensorStaging.Copy weights = staging.stage(original.tensors());
          TensorStaging.Copy state = moments.stage(original.optimizer().state())) {
        TensorCodec.copyAll(weights.tensors(), other.tensors());
        TensorCodec.copyAll(state.tensors(), other.optimizer().state());
      }
      other.optimizer().restoreSteps(1);

      for (int step = 1; step < 4; step++) {
        assertThat(run(other, step)).isEqualTo(run(original, step));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void aDiscardedStepLeavesNothingBehind(MethodConfig method) {
    try (TrainingStep plain = model(method, PLAIN);
        TrainingStep other = model(method, PLAIN)) {
      run(plain, 0);
      run(other, 0);
      try (PointerScope scope = new PointerScope();
          Pending pending = other.begin(Tiny.wideViews(5), new Rates(1e-3, 1))) {
        try (var targets = other.targets(pending)) {
          other.backward(pending, targets);
        }
        double unused = other.takeLoss();
        other.finish(pending, TrainingStep.Verdict.DISCARD);
      }
      other.restoreTargetIsAhead(false);

      assertThat(run(other, 1)).isCloseTo(run(plain, 1), within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void takesNoMemoryFromStepToStep(MethodConfig method) {
    try (TrainingStep model = model(method, PLAIN)) {
      run(model, 0);
      long before = Pointer.totalCount();
      for (int i = 0; i < 5; i++) {
        run(model, i);
      }

      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }
  }

  @Test
  void prototypesKeepTheirBitsForTheFirstUpdatesAndTheirLengthAlways() {
    try (TrainingStep model = model(swav(2), PLAIN)) {
      double[] drawn = Tiny.numbers(model.tensors().get(PROTOTYPES));
      run(model, 0);
      run(model, 1);
      double[] frozen = Tiny.numbers(model.tensors().get(PROTOTYPES));
      run(model, 2);
      double[] moved = Tiny.numbers(model.tensors().get(PROTOTYPES));

      assertThat(frozen).containsExactly(drawn, within(1e-15));
      assertThat(moved).isNotEqualTo(drawn);
      for (int row = 0; row < 7; row++) {
        double squares = 0;
        for (int column = 0; column < 16; column++) {
          squares += moved[16 * row + column] * moved[16 * row + column];
        }
        assertThat(squares).isCloseTo(1, within(1e-12));
      }
    }
  }

  @Test
  void aResNetLearnsByEachAndRefusesToBeCut() {
    BackboneConfig resNet = new ResNetConfig(18, 2 * Tiny.IMAGE);
    MethodConfig simClr = MethodConfig.simClr(resNet, PROJECTOR, 0.1);
    try (TrainingStep model = model(simClr, PLAIN)) {
      assertThat(run(model, 0)).isFinite();
    }
    assertThatThrownBy(() -> model(simClr, PLAIN.inMicroBatches(2)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("micro-batches need a backbone without BatchNorm");
  }

  private static TrainingStep model(MethodConfig method, StepConfig config) {
    return new TrainingStep(method, config, Tiny.DOUBLE, 7);
  }

  private static double run(TrainingStep model, int step) {
    try (PointerScope scope = new PointerScope()) {
      return model.run(Tiny.wideViews(step), RATES);
    }
  }
}
