package io.mocov3.model.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.step.StepConfig;
import io.mocov3.model.step.Tiny;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class StepMemoryTest {
  private static final Placement GPU = new Placement("cuda:0", ScalarType.Float);
  private static final StepConfig PLAIN = new StepConfig(Tiny.ADAM_W);
  private static final int BATCH = 4096;

  @Test
  void onAGpuTheGraphsOfBothViewsAreThereAtOnceUnlessTheBatchIsCut() {
    assertThat(of(PLAIN, GPU)).isEqualTo(of(PLAIN.withBothViews(), Placement.CPU));
    assertThat((double) of(PLAIN, GPU).activations())
        .isBetween(
            1.6 * of(PLAIN, Placement.CPU).activations(),
            2.0 * of(PLAIN, Placement.CPU).activations());
    assertThat(of(PLAIN.inMicroBatches(8), GPU))
        .isEqualTo(of(PLAIN.inMicroBatches(8), Placement.CPU));
  }

  private static StepMemory of(StepConfig config, Placement placement) {
    return StepMemory.of(
        ModelSize.of(Tiny.config(), config),
        ActivationSize.of(Tiny.config(), Precision.FP32),
        Tiny.config(),
        config,
        placement,
        BATCH,
        Tiny.config().backbone().imageSize());
  }
}
