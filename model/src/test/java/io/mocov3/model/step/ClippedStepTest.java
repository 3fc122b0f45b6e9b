package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.loss.Sinkhorn;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.method.MethodConfig.SmallViews;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.optim.GradientClip;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

/** A bound on all gradients is a bound on those that move something. */
class ClippedStepTest {
  private static final StepConfig BOUNDED = Tiny.bounded(new GradientClip(0, 1e-3));

  @Test
  void prototypesThatStayAreNoPartOfIt() {
    HeadConfig projector = new HeadConfig(2, 32, 16, true, true);
    MethodConfig swav =
        MethodConfig.swav(
            Tiny.config().backbone(), projector, 7, 0.1, new Sinkhorn(0.05, 3), 2, SmallViews.NONE);

    assertNoPart(swav, Layers.PROTOTYPES, model -> {});
  }

  @Test
  void aFrozenPatchProjectionIsNoPartOfIt() {
    assertNoPart(
        Tiny.config(PatchProjectionKind.LEARNED),
        Layers.PATCH_PROJECTION,
        TrainingStep::freezePatchProjection);
  }

  /** Two steps alike, but for the gradient of {@code layer}. */
  private static void assertNoPart(
      MethodConfig method, String layer, Consumer<TrainingStep> before) {
    try (TrainingStep plain = new TrainingStep(method, BOUNDED, Tiny.DOUBLE, 7);
        TrainingStep scaled = new TrainingStep(method, BOUNDED, Tiny.DOUBLE, 7)) {
      scaled.scaleNextGradient(layer, 1e6);
      for (TrainingStep model : new TrainingStep[] {plain, scaled}) {
        before.accept(model);
        step(model);
      }

      plain
          .tensors()
          .forEach(
              (name, tensor) ->
                  assertThat(Tiny.numbers(scaled.tensors().get(name)))
                      .as(name)
                      .containsExactly(Tiny.numbers(tensor), within(1e-12)));
    }
  }

  private static void step(TrainingStep model) {
    try (PointerScope scope = new PointerScope();
        Pending pending = model.begin(Tiny.wideViews(0), new Rates(1e-3, 0.9))) {
      try (var targets = model.targets(pending)) {
        model.backward(pending, targets);
      }
      assertThat(model.measure().finite()).isTrue();
      model.finish(pending, TrainingStep.Verdict.APPLY);
    }
  }
}
