package io.mocov3.actors.evaluation;

import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.actors.views.ReadAhead;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.evaluation.FeatureCollector;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.tensor.Pixels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** Features of images, batch by batch. */
record FeaturePass(ReadAhead reader, Pixels pixels) {

  /**
   * The features of {@code count} images of {@code source}, which are read; undecodable ones are
   * left out. {@code network} maps normalised images (N, 3, H, W) to features of each kind.
   *
   * @param progress told the share that is done
   */
  Map<FeatureKind, LabelledFeatures> over(
      ImageSource source,
      int count,
      Function<Tensor, Map<FeatureKind, Tensor>> network,
      DoubleConsumer progress) {
    if (count == 0) {
      throw new BatchFailedException("there are no images; check the data set");
    }
    List<Integer> kept = new ArrayList<>();
    try (FeatureCollector features = new FeatureCollector()) {
      int done = 0;
      for (Optional<ReadAhead.Batch> next = reader.next(); next.isPresent(); next = reader.next()) {
        ReadAhead.Batch batch = next.get();
        if (!batch.slots().isEmpty()) {
          Arrays.stream(batch.samples()).forEach(kept::add);
          features.add(() -> batch.images(pixels), network);
        }
        done += batch.read();
        progress.accept((double) done / count);
      }
      if (kept.isEmpty()) {
        throw new BatchFailedException(
            "none of %d images can be decoded, %s is the first; check the data set"
                .formatted(count, source.id(0)));
      }
      return features.build(kept.stream().mapToLong(source::label).toArray(), kept);
    }
  }
}
