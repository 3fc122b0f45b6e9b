package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.backbone.ResNetConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.method.MoCoV3Config;
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
  void whereNoPassCanBeSavedMemoryIs() {
    MoCoV3Config coupled =
        new MoCoV3Config(
            new ResNetConfig(18, 2 * Tiny.IMAGE),
            Tiny.config().projector(),
            Tiny.config().predictor(),
            0.2,
            0);

    assertThat(PLAIN.savesMemory(Tiny.config(), GPU)).isFalse();
    assertThat(PLAIN.savesMemory(coupled, GPU)).isTrue();
    assertThat(PLAIN.inMicroBatches(2).savesMemory(Tiny.config(), GPU)).isTrue();
    assertThat(PLAIN.savesMemory(Tiny.config(), Placement.CPU)).isTrue();
    assertThat(PLAIN.withBothViews().savesMemory(coupled, Placement.CPU)).isFalse();
  }
}
