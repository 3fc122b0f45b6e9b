package io.mocov3.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.model.checkpoint.CheckpointStore;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingStateTest {
  @TempDir private Path folder;

  @Test
  void aRestoredModelGoesOnWithTheSameBits() {
    try (MoCoV3 whole = Tiny.model(1);
        MoCoV3 restored = Tiny.model(2)) {
      steps(whole, 0, 4);
      CheckpointStore store = save(whole);
      double[] expected = steps(whole, 4, 8);

      long completed =
          TrainingState.restore(restored, store.newestValid(warning -> {}).orElseThrow());

      assertThat(completed).isEqualTo(4);
      assertThat(steps(restored, 4, 8)).isEqualTo(expected);
    }
  }

  @Test
  void aCheckpointOfAnotherShapeIsRefusedInOneLine() {
    try (MoCoV3 learned = Tiny.model(Tiny.config(PatchProjectionKind.LEARNED), 1);
        MoCoV3 frozen = Tiny.model(1)) {
      steps(learned, 0, 1);
      CheckpointStore store = save(learned);

      assertThatThrownBy(
              () -> TrainingState.restore(frozen, store.newestValid(warning -> {}).orElseThrow()))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("does not fit this model")
          .hasMessageContaining("patch_embed")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void threeHundredStepsKeepNativeMemoryFlat() {
    try (PointerScope scope = new PointerScope();
        MoCoV3 model = Tiny.model(1)) {
      ViewPair views = Tiny.views(1);
      repeat(model, views, 100);
      long count = Pointer.totalCount();
      long bytes = Pointer.physicalBytes();

      repeat(model, views, 300);

      assertThat(Pointer.totalCount()).isEqualTo(count);
      assertThat(Pointer.physicalBytes() - bytes).isLessThan(32L << 20);
    }
  }

  private static void repeat(MoCoV3 model, ViewPair views, int steps) {
    for (int i = 0; i < steps; i++) {
      model.step(views, 1e-3, 0.9);
    }
  }

  private CheckpointStore save(MoCoV3 model) {
    TrainingState.Staged staged = new TrainingState().stage(model);
    CheckpointStore store = new CheckpointStore(folder, 2);
    store.write(staged.completedSteps(), staged.model(), staged.optimizer(), staged.trainer());
    return store;
  }

  private static double[] steps(MoCoV3 model, int from, int to) {
    double[] losses = new double[to - from];
    for (int i = from; i < to; i++) {
      try (PointerScope scope = new PointerScope()) {
        losses[i - from] = model.step(Tiny.views(i), 1e-3, 0.9);
      }
    }
    return losses;
  }
}
