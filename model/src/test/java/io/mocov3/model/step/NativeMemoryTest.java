package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
  private static final long MEBIBYTE = 1 << 20;

  @Test
  void stepsLeaveNoNativeObjectsBehind() {
    try (TrainingStep model = Tiny.model(1)) {
      train(model, 0, 200);
      long pointers = Pointer.totalCount();
      long bytes = nativeBytes();

      train(model, 200, 3200);

      assertThat(Pointer.totalCount()).isEqualTo(pointers);
      assertThat(nativeBytes() - bytes).isLessThan(400 * MEBIBYTE);
    }
  }

  /**
   * Resident memory beside Java's heap. Pages of the heap that are touched for the first time count
   * here too, so the bound is that of a leak in every step.
   */
  private static long nativeBytes() {
    return Pointer.physicalBytes() - Runtime.getRuntime().totalMemory();
  }

  private static void train(TrainingStep model, int from, int to) {
    for (int step = from; step < to; step++) {
      try (PointerScope scope = new PointerScope()) {
        model.run(Tiny.views(step), new Rates(1e-3, 0.99));
      }
    }
  }
}
