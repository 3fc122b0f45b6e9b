package io.mocov3.model.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.mocov3.model.ModelException;
import io.mocov3.model.step.Tiny;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacementTest {

  @ParameterizedTest
  @ValueSource(strings = {"cuda", "cuda:0", "cuda:3"})
  void cudaThatIsAbsentIsRefusedInOneLine(String device) {
    assumeFalse(torch.cuda_is_available(), "this machine has CUDA");

    assertThatThrownBy(() -> Placement.of(device, ScalarType.Float))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "device " + device + " was asked for, but this process sees no CUDA device; ")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpu", "CUDA", "cuda:", "cuda:-1", "cuda:0,1", "mps", ""})
  void anUnknownDeviceIsRefusedInOneLine(String device) {
    assertThatThrownBy(() -> Placement.of(device, ScalarType.Float))
        .isInstanceOf(ModelException.class)
        .hasMessage("device " + device + " is not one of auto, cpu, cuda:N");
  }

  @Test
  void autoTakesTheGpuWhereThereIsOne() {
    Placement placement = Placement.of("auto", ScalarType.Float);

    assertThat(placement.device()).isEqualTo(torch.cuda_is_available() ? "cuda:0" : "cpu");
    assertThat(placement.isCuda()).isEqualTo(torch.cuda_is_available());
  }

  @Test
  void cpuStaysCpuInTheTypeThatWasAskedFor() {
    assertThat(Placement.of("cpu", ScalarType.Double)).isEqualTo(Tiny.DOUBLE);
  }
}
