package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.device.Placement;
import io.mocov3.model.method.Passes;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class MemorySaverTest {
  private static final Placement GPU = new Placement("cuda:0", ScalarType.Float);
  private static final StepConfig PLAIN = new StepConfig(Tiny.ADAM_W);

  @Test
  void bothViewsGoThroughAGpuInOnePassUnlessTheBatchIsCut() {
    assertThat(PLAIN.passes(Tiny.config(), GPU)).isEqualTo(Passes.JOINT);
    assertThat(PLAIN.passes(Tiny.config(), Placement.CPU)).isEqualTo(Passes.ONE_A_VIEW);
    assertThat(PLAIN.inMicroBatches(2).passes(Tiny.config(), GPU)).isEqualTo(new Passes(false, 2));
  }

  @Test
  void whatIsAskedForIsDoneOnEachDevice() {
    for (Placement placement : new Placement[] {Placement.CPU, GPU}) {
      assertThat(MemorySaver.TRUE.isOn(placement)).isTrue();
      assertThat(MemorySaver.FALSE.isOn(placement)).isFalse();
    }
  }
}
