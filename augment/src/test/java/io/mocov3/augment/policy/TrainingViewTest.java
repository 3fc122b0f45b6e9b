package io.mocov3.augment.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.source.ImageFolder;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.source.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingViewTest {
  private static final List<Double> HALVES = List.of(0.5, 0.5, 0.5);
  private static final int SIZE = 32;

  @TempDir Path folder;

  @Test
  void theResultDependsOnSeedEpochAndSampleAlone() throws IOException {
    TrainingView view = view(Optional.of(new RandAugment(2, 9, 0.5)), 0.5);
    try (ImageSource source = ImageFolder.open(TestImages.folder(folder, 20), 10_000)) {
      BatchBuffer alone = BatchBuffer.allocate(1, 40, SIZE, SIZE);
      BatchBuffer together = BatchBuffer.allocate(1, 40, SIZE, SIZE);
      BatchBuffer later = BatchBuffer.allocate(1, 40, SIZE, SIZE);

      IntStream.range(0, 40).forEach(i -> view.fill(source, i, 3, 1, alone, i));
      IntStream.range(0, 40).parallel().forEach(i -> view.fill(source, i, 3, 1, together, i));
      IntStream.range(0, 40).forEach(i -> view.fill(source, i, 3, 2, later, i));

      assertThat(together.pixels()).isEqualTo(alone.pixels());
      assertThat(later.pixels()).isNotEqualTo(alone.pixels());
    }
  }

  @Test
  void policyAndErasingDoNotChangeTheCrop() throws IOException {
    TrainingView plain = view(Optional.empty(), 0);
    TrainingView erased = view(Optional.empty(), 1);
    try (ImageSource source = ImageFolder.open(TestImages.folder(folder, 1), 10_000)) {
      BatchBuffer buffer = BatchBuffer.allocate(1, 2, SIZE, SIZE);

      plain.fill(source, 0, 1, 0, buffer, 0);
      erased.fill(source, 0, 1, 0, buffer, 1);

      int changed = 0;
      for (int i = 0; i < 3 * SIZE * SIZE; i++) {
        changed += buffer.slot(0, 0).get(i) == buffer.slot(0, 1).get(i) ? 0 : 1;
      }
      assertThat((double) changed / (3 * SIZE * SIZE)).isBetween(0.015, 0.36);
    }
  }

  @Test
  void anUndecodableSampleLeavesItsSlot() throws IOException {
    TestImages.folder(folder, 2);
    Files.write(folder.resolve("class-a/1.jpg"), new byte[0]);
    try (ImageSource source = ImageFolder.open(folder, 10_000)) {
      BatchBuffer buffer = BatchBuffer.allocate(1, 1, SIZE, SIZE);

      Outcome outcome = view(Optional.empty(), 0).fill(source, 1, 1, 0, buffer, 0);

      assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    }
  }

  private static TrainingView view(Optional<RandAugment> policy, double erasing) {
    return new TrainingView(
        TrainingView.cropAndFlip(SIZE, 0.08, 1, HALVES, HALVES).recipe(),
        policy,
        new RandomErasing(erasing),
        HALVES,
        HALVES);
  }
}
