package io.mocov3.actors.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.actors.views.MemoryImages;
import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.augment.view.EvalView;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.device.Placement;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.tensor.Pixels;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

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

  private static LabelledFeatures features(MemoryImages images) {
    List<Double> half = List.of(0.5, 0.5, 0.5);
    try (Pixels pixels = new Pixels(Placement.CPU, half, half)) {
      EvalBatches batches = new EvalBatches(images, 4, EvalView.of(16, 16), 2);
      return new FeaturePass(batches.read(16, Runnable::run), pixels)
          .over(images, 4, x -> Map.of(FeatureKind.POOLED, x.flatten(1, -1)), done -> {})
          .get(FeatureKind.POOLED);
    }
  }
}
