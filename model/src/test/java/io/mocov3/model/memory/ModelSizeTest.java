package io.mocov3.model.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.step.StepConfig;
import io.mocov3.model.step.Tiny;
import io.mocov3.model.step.TrainingState;
import io.mocov3.model.step.TrainingStep;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ModelSizeTest {
  private static final StepConfig STEP = new StepConfig(Tiny.ADAM_W);

  @Test
  void isThatOfTheModelItself() {
    try (TrainingStep model = Tiny.model(1);
        TrainingState state = new TrainingState(model)) {
      ModelSize size = ModelSize.of(Tiny.config(), STEP);

      assertThat(size.weights()).isEqualTo(bytes(model.tensors().values()));
      assertThat(size.encoder()).isEqualTo(bytes(model.base().weights().tensors().values()));
      assertThat(size.moments()).isEqualTo(bytes(model.optimizer().state().values()));
      assertThat(size.staging()).isBetween(size.weights() + size.moments(), 2L << 20);
    }
  }

  private static long bytes(Iterable<Tensor> tensors) {
    long sum = 0;
    for (Tensor tensor : tensors) {
      sum += tensor.nbytes();
    }
    return sum;
  }
}
