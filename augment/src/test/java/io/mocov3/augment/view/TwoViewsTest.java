package io.mocov3.augment.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.batch.BatchBufferPool;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.codec.Outcome.Failed;
import io.mocov3.augment.codec.Outcome.Filled;
import io.mocov3.augment.codec.Outcome.Replaced;
import io.mocov3.augment.codec.Reason;
import io.mocov3.augment.source.ImageFolder;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.source.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TwoViewsTest {
  private static final TwoViews VIEWS = TwoViews.paper(24);

  @TempDir Path folder;

  @Test
  void theResultDoesNotDependOnThreads() throws IOException {
    try (ImageSource source = ImageFolder.open(TestImages.folder(folder, 20), 10_000)) {
      BatchBuffer alone = BatchBuffer.allocate(2, 40, 24, 24);
      BatchBuffer together = BatchBuffer.allocate(2, 40, 24, 24);

      IntStream.range(0, 40).forEach(i -> VIEWS.fill(source, i, 9, 2, alone, i));
      IntStream.range(0, 40).parallel().forEach(i -> VIEWS.fill(source, i, 9, 2, together, i));

      assertThat(together.pixels()).isEqualTo(alone.pixels());
      assertThat(together.sampleIndices()).isEqualTo(alone.sampleIndices());
    }
  }

  @Test
  void seedEpochAndViewChangeTheResult() throws IOException {
    try (ImageSource source = ImageFolder.open(TestImages.folder(folder, 1), 10_000)) {
      BatchBuffer buffer = BatchBuffer.allocate(2, 3, 24, 24);

      VIEWS.fill(source, 0, 1, 0, buffer, 0);
      VIEWS.fill(source, 0, 1, 1, buffer, 1);
      VIEWS.fill(source, 0, 2, 0, buffer, 2);

      assertThat(buffer.slot(0, 0)).isNotEqualTo(buffer.slot(0, 1));
      assertThat(buffer.slot(0, 0)).isNotEqualTo(buffer.slot(0, 2));
      assertThat(buffer.slot(0, 0)).isNotEqualTo(buffer.slot(1, 0));
    }
  }

  @Test
  void smallCropsComeBesidesAndChangeNeitherView() throws IOException {
    ViewRecipe recipe = ViewRecipe.smallView1(8);
    SmallCrops crops = new SmallCrops(3, recipe, recipe);
    TwoViews more = new TwoViews(VIEWS.first(), VIEWS.second(), Optional.of(crops));
    try (ImageSource source = ImageFolder.open(TestImages.folder(folder, 2), 10_000)) {
      BatchBufferPool pool =
          new BatchBufferPool(1, 2, 2, 24, 24, crops.room(), BatchBuffer::memory);
      BatchBuffer buffer = pool.acquire().toCompletableFuture().join();
      BatchBuffer plain = BatchBuffer.allocate(2, 2, 24, 24);

      for (int i = 0; i < 2; i++) {
        more.fill(source, i, 9, 2, buffer, i);
        VIEWS.fill(source, i, 9, 2, plain, i);
      }

      assertThat(buffer.pixels().slice(0, plain.pixels().capacity())).isEqualTo(plain.pixels());
      assertThat(buffer.smallSlot(0, 0).capacity()).isEqualTo(3 * 8 * 8);
      assertThat(buffer.smallSlot(0, 0)).isNotEqualTo(buffer.smallSlot(1, 0));
      assertThat(buffer.smallSlot(2, 0)).isNotEqualTo(buffer.smallSlot(2, 1));
      assertThatThrownBy(() -> buffer.smallSlot(3, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void anUndecodableSampleIsReplacedAlwaysByTheSame() throws IOException {
    TestImages.folder(folder, 5);
    Files.write(folder.resolve("class-a/2.jpg"), new byte[0]);
    try (ImageSource source = ImageFolder.open(folder, 10_000)) {
      BatchBuffer buffer = BatchBuffer.allocate(2, 1, 24, 24);

      Outcome outcome = VIEWS.fill(source, 2, 1, 0, buffer, 0);

      assertThat(outcome).isEqualTo(VIEWS.fill(source, 2, 1, 0, buffer, 0));
      assertThat(outcome)
          .isInstanceOfSatisfying(
              Replaced.class,
              replaced -> {
                assertThat(replaced.index()).isEqualTo(2);
                assertThat(replaced.replacement()).isNotEqualTo(2);
                assertThat(replaced.undecodable())
                    .contains(
                        new Undecodable("class-a/2.jpg", Reason.EMPTY, "the file has no bytes"));
                assertThat(buffer.sampleIndices()).containsExactly(replaced.replacement());
              });
      assertThat(VIEWS.fill(source, 1, 1, 0, buffer, 0)).isEqualTo(new Filled(1));
    }
  }

  @Test
  void aSourceWithoutAnyImageFailsAfterBoundedAttempts() throws IOException {
    Files.createDirectories(folder.resolve("class-a"));
    Files.write(folder.resolve("class-a/0.jpg"), new byte[0]);
    try (ImageSource source = ImageFolder.open(folder, 10_000)) {
      BatchBuffer buffer = BatchBuffer.allocate(2, 1, 24, 24);

      assertThat(VIEWS.fill(source, 0, 1, 0, buffer, 0))
          .isInstanceOfSatisfying(
              Failed.class, failed -> assertThat(failed.undecodable()).hasSize(17));
    }
  }

  @Test
  void nativeMemoryStaysFlatOverThousandsOfImages() throws IOException {
    try (ImageSource source = ImageFolder.open(TestImages.folder(folder, 10), 10_000)) {
      BatchBuffer buffer = BatchBuffer.allocate(2, 1, 24, 24);
      for (int i = 0; i < 100; i++) {
        VIEWS.fill(source, i % 20, 1, i, buffer, 0);
      }
      long bytes = Pointer.totalBytes();
      long count = Pointer.totalCount();

      for (int i = 0; i < 4000; i++) {
        VIEWS.fill(source, i % 20, 1, i, buffer, 0);
      }

      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(count);
    }
  }
}
