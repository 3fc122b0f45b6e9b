package io.mocov3.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

/**
 * Thirty fp32 steps against losses that the same code computed once. Where a change of the
 * mathematics is meant, the list is replaced by the losses that this test's failure message shows.
 * Other instruction sets and numbers of threads were seen to differ by 1e-5 relative.
 */
class GoldenLossTest {
  private static final double TOLERANCE = 1e-4;
  private static final double[] GOLDEN = {
    2.609219, 2.654207, 2.784717, 2.590741, 2.337637, 1.992335, 2.333800, 2.046843, 1.819133,
    1.458395, 1.670334, 1.680435, 1.501803, 1.136258, 1.274736, 1.381240, 1.264637, 0.994644,
    1.135092, 1.218651, 1.168158, 0.920601, 1.065601, 1.123365, 1.115134, 0.880654, 1.029718,
    1.090188, 1.094765, 0.870021
  };

  @Test
  void thirtyStepsGiveTheLossesOfTheList() {
    double[] losses = train();

    String actual = Arrays.toString(losses);
    assertThat(losses).as(actual).hasSameSizeAs(GOLDEN);
    for (int step = 0; step < GOLDEN.length; step++) {
      assertThat(losses[step])
          .as("step %d of %s", step, actual)
          .isCloseTo(GOLDEN[step], within(TOLERANCE * GOLDEN[step]));
    }
  }

  private static double[] train() {
    LearningRateSchedule rate = new LearningRateSchedule(0.08, Tiny.BATCH, 5, 30);
    MomentumSchedule momentum = new MomentumSchedule(0.9, true, 30);
    double[] losses = new double[30];
    try (MoCoV3 model = Tiny.model(1)) {
      for (int step = 0; step < losses.length; step++) {
        try (PointerScope scope = new PointerScope()) {
          losses[step] = model.step(Tiny.views(step % 4), rate.at(step), momentum.at(step));
        }
      }
    }
    return losses;
  }
}
