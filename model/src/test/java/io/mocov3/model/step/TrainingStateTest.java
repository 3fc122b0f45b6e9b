package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.model.ModelException;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointData;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.device.Placement;
import io.mocov3.model.evaluation.FeatureQueue;
import io.mocov3.model.method.MoCoV3Config;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.safetensors.DType;
import io.mocov3.model.safetensors.TensorData;
import io.mocov3.model.stability.SpikeDetector;
import io.mocov3.model.stability.SpikeRule;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingStateTest {
  private static final String TENSOR = "base_encoder.head.0.weight";

  @TempDir private Path dir;

  private CheckpointStore store;

  @BeforeEach
  void open() {
    store = new CheckpointStore(dir, Retention.newest(1));
  }

  @Test
  void aRestoredModelGoesOnWithTheSameBits() {
    try (TrainingStep uninterrupted = Tiny.model(1);
        TrainingStep restored = Tiny.model(2)) {
      steps(uninterrupted, 0, 5);
      Checkpoint checkpoint = checkpoint(uninterrupted);

      long completed = TrainingState.restore(restored, checkpoint);

      assertThat(completed).isEqualTo(5);
      assertThat(restored.optimizer().steps()).isEqualTo(5);
      assertThat(steps(restored, 5, 10)).isEqualTo(steps(uninterrupted, 5, 10));
      uninterrupted
          .tensors()
          .forEach(
              (name, tensor) ->
                  assertThat(Tiny.numbers(restored.tensors().get(name)))
                      .as(name)
                      .isEqualTo(Tiny.numbers(tensor)));
    }
  }

  @Test
  void theStagedCopyDoesNotChangeWhileTrainingGoesOn() {
    try (TrainingStep uninterrupted = Tiny.model(1);
        TrainingStep restored = Tiny.model(2);
        TrainingState state = new TrainingState(uninterrupted)) {
      steps(uninterrupted, 0, 2);
      TrainingState.Staged staged = state.stage();
      double[] expected = steps(uninterrupted, 2, 5);

      TrainingState.restore(restored, write(staged));

      assertThat(steps(restored, 2, 5)).isEqualTo(expected);
    }
  }

  @Test
  void stagingAgainOverwritesTheCopy() {
    try (TrainingStep model = Tiny.model(1);
        TrainingStep restored = Tiny.model(2);
        TrainingState state = new TrainingState(model)) {
      TrainingState.Staged first = state.stage();
      steps(model, 0, 3);

      TrainingState.Staged second = state.stage();

      assertThat(first.completedSteps()).isZero();
      assertThat(TrainingState.restore(restored, write(second))).isEqualTo(3);
      assertThat(steps(restored, 3, 4)).isEqualTo(steps(model, 3, 4));
    }
  }

  @Test
  void anotherShapeIsRefusedInOneLine() {
    MoCoV3Config tiny = Tiny.config();
    MoCoV3Config wider =
        new MoCoV3Config(
            tiny.backbone(), new HeadConfig(3, 48, 16, true, true), tiny.predictor(), 0.2);
    try (TrainingStep model = Tiny.model(1);
        TrainingStep other = Tiny.model(wider, 1)) {
      Checkpoint checkpoint = checkpoint(model);

      assertThatThrownBy(() -> TrainingState.restore(other, checkpoint))
          .isInstanceOf(ModelException.class)
          .hasMessage(
              checkpoint.path()
                  + " does not fit this model: tensor base_encoder.head.0.weight has shape"
                  + " [32, 16], but the model's is [48, 16]");
    }
  }

  @Test
  void aMissingTensorIsRefusedInOneLine() {
    try (TrainingStep model = Tiny.model(1);
        TrainingState state = new TrainingState(model);
        TrainingState.Staged staged = state.stage()) {
      staged.model().remove(TENSOR);

      expectRefusal(model, staged, "tensor " + TENSOR + " is missing");
    }
  }

  @Test
  void aMissingMomentIsRefusedInOneLine() {
    try (TrainingStep model = Tiny.model(1);
        TrainingState state = new TrainingState(model);
        TrainingState.Staged staged = state.stage()) {
      staged.optimizer().remove("exp_avg_sq." + TENSOR);

      expectRefusal(model, staged, "tensor exp_avg_sq." + TENSOR + " is missing");
    }
  }

  @Test
  void aTensorTooManyIsRefusedInOneLine() {
    try (TrainingStep model = Tiny.model(1);
        TrainingState state = new TrainingState(model);
        TrainingState.Staged staged = state.stage()) {
      staged
          .model()
          .put("spare", new TensorData(DType.F32, new long[] {1}, ByteBuffer.allocate(4)));

      expectRefusal(model, staged, "tensor spare has no place in this model");
    }
  }

  @Test
  void aCheckpointWithoutItsNumberOfStepsIsRefusedInOneLine() {
    try (TrainingStep model = Tiny.model(1);
        TrainingState state = new TrainingState(model);
        TrainingState.Staged staged = state.stage()) {
      store.write(0, new CheckpointData(staged.model(), staged.optimizer(), Map.of()));
      Checkpoint checkpoint = store.list().getLast();

      assertThatThrownBy(() -> TrainingState.restore(model, checkpoint))
          .isInstanceOf(ModelException.class)
          .hasMessage(checkpoint.path() + "/trainer.json has no completed_steps");
    }
  }

  private void expectRefusal(TrainingStep model, TrainingState.Staged staged, String reason) {
    Checkpoint checkpoint = write(staged);

    assertThatThrownBy(() -> TrainingState.restore(model, checkpoint))
        .isInstanceOf(ModelException.class)
        .hasMessage(checkpoint.path() + " does not fit this model: " + reason);
  }

  @Test
  void aCopyOutlivesTheStagingAndTheModel() {
    TrainingState.Staged staged;
    double[] expected;
    try (TrainingStep model = Tiny.model(1);
        TrainingState state = new TrainingState(model)) {
      staged = state.stage();
      expected = steps(model, 0, 2);
    }

    try (TrainingState.Staged copy = staged;
        TrainingStep restored = Tiny.model(2)) {
      TrainingState.restore(restored, write(copy));

      assertThat(steps(restored, 0, 2)).isEqualTo(expected);
    }
  }

  @Test
  void stateOfOtherImagesBeginsAnewAndSaysSo() {
    SpikeDetector detector = new SpikeDetector(SpikeRule.DEFAULT);
    detector.observe(1, List.of("all"), List.of(1.0));
    Map<String, Object> seen = detector.save();
    try (TrainingStep model = Tiny.model(1)) {
      Checkpoint checkpoint = checkpoint(model, detector.of("ten images"));

      SpikeDetector same = new SpikeDetector(SpikeRule.DEFAULT);
      assertThat(restored(model, checkpoint, same.of("ten images"))).isEmpty();
      assertThat(same.save()).isEqualTo(seen);

      SpikeDetector other = new SpikeDetector(SpikeRule.DEFAULT);
      assertThat(restored(model, checkpoint, other.of("nine images")))
          .containsExactly(
              checkpoint.path()
                  + ": spike_detector begins anew: it was written with other training images or another"
                  + " evaluation.live");
      assertThat(other.save()).isNotEqualTo(seen);
    }
  }

  @Test
  void aQueueOfFeaturesComesBackAndOneOfAnotherLengthBeginsAnew() {
    try (TrainingStep model = Tiny.model(1);
        PointerScope scope = new PointerScope();
        FeatureQueue queue = new FeatureQueue(4, 2, 0, Placement.CPU);
        FeatureQueue same = new FeatureQueue(4, 2, 0, Placement.CPU);
        FeatureQueue longer = new FeatureQueue(5, 2, 0, Placement.CPU)) {
      queue.add(Tensor.create(new float[] {1, 2, 3, 4, 5, 6}, 3, 2), new long[] {0, 1, 2}, 7);
      Checkpoint checkpoint = checkpoint(model, queue.of("images"));

      assertThat(restored(model, checkpoint, same.of("images"))).isEmpty();
      assertThat(same.size(7)).isEqualTo(3);
      assertThat(Tiny.numbers(same.tensors().get("features.0")))
          .containsExactly(1, 2, 3, 4, 5, 6, 0, 0);
      assertThat(restored(model, checkpoint, longer.of("images"))).hasSize(1);
      assertThat(longer.size(7)).isZero();
    }
  }

  private Checkpoint checkpoint(TrainingStep model, Stateful section) {
    try (TrainingState state = new TrainingState(model, List.of(section));
        TrainingState.Staged staged = state.stage()) {
      return write(staged);
    }
  }

  private static List<String> restored(
      TrainingStep model, Checkpoint checkpoint, Stateful section) {
    List<String> warnings = new ArrayList<>();
    try (TrainingState state = new TrainingState(model, List.of(section))) {
      state.restore(checkpoint, warnings::add);
    }
    return warnings;
  }

  private Checkpoint checkpoint(TrainingStep model) {
    try (TrainingState state = new TrainingState(model);
        TrainingState.Staged staged = state.stage()) {
      return write(staged);
    }
  }

  private Checkpoint write(TrainingState.Staged staged) {
    store.write(staged.completedSteps(), staged.data(true));
    return store.list().getLast();
  }

  /** The losses of the steps from {@code from} to before {@code to}. */
  private static double[] steps(TrainingStep model, int from, int to) {
    double[] losses = new double[to - from];
    for (int step = from; step < to; step++) {
      try (PointerScope scope = new PointerScope()) {
        losses[step - from] = model.run(Tiny.views(step), new Rates(1e-3, 0.9));
      }
    }
    return losses;
  }
}
