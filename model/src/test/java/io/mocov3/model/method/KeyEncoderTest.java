package io.mocov3.model.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.device.Placement;
import io.mocov3.model.step.Rates;
import io.mocov3.model.step.StepConfig;
import io.mocov3.model.step.Tiny;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.ViewPair;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class KeyEncoderTest {
  private static final String BASE = "base_encoder.blocks.0.mlp.fc1.weight";
  private static final String KEY = "momentum_encoder.blocks.0.mlp.fc1.weight";

  @Test
  void severalUpdatesFollowTheClosedForm() {
    double momentum = 0.9;
    try (TrainingStep model = trainedOnce(Tiny.DOUBLE)) {
      double[] base = Tiny.numbers(model.tensors().get(BASE));
      double[] key = Tiny.numbers(model.tensors().get(KEY));

      for (int i = 0; i < 5; i++) {
        model.method().target().orElseThrow().move(momentum);
      }

      double[] moved = Tiny.numbers(model.tensors().get(KEY));
      double kept = Math.pow(momentum, 5);
      for (int i = 0; i < moved.length; i++) {
        assertThat(moved[i]).isCloseTo(kept * key[i] + (1 - kept) * base[i], within(1e-15));
      }
    }
  }

  @Test
  void momentumZeroCopiesTheBaseAndMomentumOneKeeps() {
    try (TrainingStep model = trainedOnce(Placement.CPU)) {
      double[] key = Tiny.numbers(model.tensors().get(KEY));

      model.method().target().orElseThrow().move(1);
      assertThat(Tiny.numbers(model.tensors().get(KEY))).isEqualTo(key);

      model.method().target().orElseThrow().move(0);
      assertThat(Tiny.numbers(model.tensors().get(KEY)))
          .isEqualTo(Tiny.numbers(model.tensors().get(BASE)));
    }
  }

  @Test
  void runningStatisticsAreNotAveraged() {
    String name = "momentum_encoder.head.1.running_mean";
    try (TrainingStep model = trainedOnce(Placement.CPU)) {
      double[] before = Tiny.numbers(model.tensors().get(name));

      model.method().target().orElseThrow().move(0);

      assertThat(Tiny.numbers(model.tensors().get(name))).isEqualTo(before);
    }
  }

  private static TrainingStep trainedOnce(Placement placement) {
    TrainingStep model = new TrainingStep(Tiny.config(), new StepConfig(Tiny.ADAM_W), placement, 1);
    try (PointerScope scope = new PointerScope()) {
      ViewPair views = Tiny.views(1);
      ViewPair typed =
          new ViewPair(views.first().to(placement.dtype()), views.second().to(placement.dtype()));
      model.run(typed, new Rates(1e-2, 1));
    }
    return model;
  }
}
