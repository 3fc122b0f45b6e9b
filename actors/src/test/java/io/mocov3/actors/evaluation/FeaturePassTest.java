package io.mocov3.actors.evaluation;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.actors.views.MemoryImages;
import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.augment.view.EvalView;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.device.Placement;
import io.mocov3.model.evaluation.FeatureParts;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.tensor.Pixels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeaturePassTest {

  @Test
  void imagesWhoseStorageIsGoneSaySo() {
    MemoryImages images = MemoryImages.good(4);
    images.storageIsThere(false);

    assertThatThrownBy(() -> features(images)).isInstanceOf(SourceUnavailableException.class);
  }

  @Test
  void imagesOfWhichNoneCanBeDecodedAreNamed() {
    MemoryImages images = new MemoryImages(4, Set.of(0, 1, 2, 3));

    assertThatThrownBy(() -> features(images))
        .isInstanceOf(BatchFailedException.class)
        .hasMessage("none of 4 images can be decoded, image-0 is the first; check the data set");
  }

  @Test
  void undecodableImagesAreLeftOutAndTheOthersKeepTheirPlaces() {
    try (LabelledFeatures features = features(new MemoryImages(4, Set.of(1)))) {
      assertThat(features.indices()).containsExactly(0, 2, 3);
      assertThat(features.size()).isEqualTo(3);
    }
  }

  @Test
  void whatIsKeptIsNotComputedAgain(@TempDir Path folder) {
    AtomicInteger images = new AtomicInteger();
    Function<Tensor, Map<FeatureKind, Tensor>> failing =
        x -> {
          if (images.addAndGet(2) > 4) {
            throw new IllegalStateException("killed");
          }
          return Map.of(FeatureKind.POOLED, x.flatten(1, -1));
        };
    MemoryImages source = new MemoryImages(8, Set.of(1));

    assertThatThrownBy(() -> features(source, failing, parts(folder))).hasMessage("killed");
    images.set(-100);
    try (LabelledFeatures kept = features(source, failing, parts(folder));
        LabelledFeatures whole = features(source, FeaturePassTest::network, parts(folder));
        LabelledFeatures plain = features(source)) {
      assertThat(images.get()).isEqualTo(-100 + 4);
      for (LabelledFeatures features : List.of(kept, whole)) {
        assertThat(features.indices()).isEqualTo(plain.indices());
        assertThat(features.labelArray()).isEqualTo(plain.labelArray());
        assertThat(features.numbers(0)).isEqualTo(plain.numbers(0));
      }
    }
  }

  @Test
  void aPartThatDoesNotGoOnWhereTheOneBeforeEndedIsComputedAgain(@TempDir Path folder)
      throws IOException {
    MemoryImages source = MemoryImages.good(8);
    features(source, FeaturePassTest::network, parts(folder)).close();
    Path second = folder.resolve("part-000001.safetensors");
    Files.copy(folder.resolve("part-000002.safetensors"), second, REPLACE_EXISTING);

    assertGivesAll(source, folder);
  }

  @Test
  void aFlippedByteIsSeen(@TempDir Path folder) throws IOException {
    MemoryImages source = MemoryImages.good(8);
    features(source, FeaturePassTest::network, parts(folder)).close();
    Path first = folder.resolve("part-000000.safetensors");
    byte[] bytes = Files.readAllBytes(first);
    bytes[bytes.length - 5] ^= 1;
    Files.write(first, bytes);

    assertGivesAll(source, folder);
  }

  @Test
  void aDamagedPartIsComputedAgain(@TempDir Path folder) throws IOException {
    MemoryImages source = MemoryImages.good(8);
    features(source, FeaturePassTest::network, parts(folder)).close();
    Path second = folder.resolve("part-000001.safetensors");
    byte[] bytes = Files.readAllBytes(second);
    Files.write(second, Arrays.copyOf(bytes, bytes.length / 2));

    assertGivesAll(source, folder);
    assertThat(Files.readAllBytes(second)).isEqualTo(bytes);
  }

  /** With a part for each batch. */
  private static FeatureParts parts(Path folder) {
    return new FeatureParts(folder, Set.of(FeatureKind.POOLED), Placement.CPU, 1);
  }

  private static void assertGivesAll(MemoryImages source, Path folder) {
    try (LabelledFeatures again = features(source, FeaturePassTest::network, parts(folder));
        LabelledFeatures plain = features(source)) {
      assertThat(again.indices()).isEqualTo(plain.indices());
      assertThat(again.numbers(0)).isEqualTo(plain.numbers(0));
    }
  }

  private static LabelledFeatures features(MemoryImages images) {
    return features(images, FeaturePassTest::network, Optional.empty());
  }

  private static LabelledFeatures features(
      MemoryImages images, Function<Tensor, Map<FeatureKind, Tensor>> network, FeatureParts kept) {
    return features(images, network, Optional.of(kept));
  }

  private static LabelledFeatures features(
      MemoryImages images,
      Function<Tensor, Map<FeatureKind, Tensor>> network,
      Optional<FeatureParts> kept) {
    List<Double> half = List.of(0.5, 0.5, 0.5);
    try (Pixels pixels = new Pixels(Placement.CPU, half, half)) {
      EvalBatches batches = new EvalBatches(images, images.size(), EvalView.of(16, 16), 2);
      return new FeaturePass(batches, pixels, Runnable::run, kept)
          .run(network, done -> {})
          .get(FeatureKind.POOLED);
    }
  }

  private static Map<FeatureKind, Tensor> network(Tensor x) {
    return Map.of(FeatureKind.POOLED, x.flatten(1, -1));
  }
}
