package io.mocov3.model.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.device.Precision;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.nn.Weights.Kind;
import io.mocov3.model.step.Tiny;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmaTest {
  private final PointerScope scope = new PointerScope();
  private final Encoder base = encoder(1);
  private final KeyEncoder keys = new KeyEncoder(Tiny.config(), base, Precision.FP32);

  @AfterEach
  void close() {
    keys.close();
    base.close();
    scope.close();
  }

  @Test
  void severalUpdatesGiveTheClosedForm() {
    String name = "blocks.0.attn.qkv.weight";
    double[] expected = numbers(keys.network().weights(), name);

    for (int update = 2; update <= 6; update++) {
      double momentum = 1 - 0.1 * update;
      moveBaseTo(update);
      keys.move(momentum);
      double[] moved = numbers(base.weights(), name);
      for (int i = 0; i < expected.length; i++) {
        expected[i] = momentum * expected[i] + (1 - momentum) * moved[i];
      }
    }

    assertThat(numbers(keys.network().weights(), name)).containsExactly(expected, within(1e-14));
  }

  @Test
  void aConstantBaseIsApproachedGeometrically() {
    String name = "head.0.weight";
    double[] start = numbers(keys.network().weights(), name);
    moveBaseTo(2);
    double[] goal = numbers(base.weights(), name);

    for (int update = 0; update < 10; update++) {
      keys.move(0.9);
    }

    double left = Math.pow(0.9, 10);
    double[] now = numbers(keys.network().weights(), name);
    for (int i = 0; i < now.length; i++) {
      assertThat(now[i]).isCloseTo(left * start[i] + (1 - left) * goal[i], within(1e-14));
    }
  }

  @Test
  void momentumZeroCopiesTheBaseExactly() {
    moveBaseTo(2);

    keys.move(0);

    for (Entry entry : keys.network().weights().entries(kind -> kind != Kind.BUFFER)) {
      assertThat(Tiny.numbers(entry.tensor()))
          .as(entry.name())
          .isEqualTo(numbers(base.weights(), entry.name()));
    }
  }

  @Test
  void momentumOneKeepsEveryParameter() {
    String name = "blocks.0.mlp.fc1.weight";
    double[] before = numbers(keys.network().weights(), name);
    moveBaseTo(2);

    keys.move(1);

    assertThat(numbers(keys.network().weights(), name)).isEqualTo(before);
  }

  @Test
  void buffersAreNotAveraged() {
    for (Entry buffer : base.weights().entries(Kind.BUFFER::equals)) {
      buffer.tensor().fill_(new Scalar(7.0));
    }

    keys.move(0);

    assertThat(numbers(keys.network().weights(), "head.1.running_mean")).containsOnly(0);
    assertThat(numbers(keys.network().weights(), "head.1.running_var")).containsOnly(1);
  }

  private void moveBaseTo(long seed) {
    try (Encoder other = encoder(seed)) {
      base.weights().copyFrom(other.weights());
    }
  }

  private static Encoder encoder(long seed) {
    return new Encoder(
        Tiny.config().backbone(), Tiny.config().projector(), Tiny.DOUBLE, EncoderRole.BASE, seed);
  }

  private static double[] numbers(Weights weights, String name) {
    return Tiny.numbers(weights.tensors().get(name));
  }
}
