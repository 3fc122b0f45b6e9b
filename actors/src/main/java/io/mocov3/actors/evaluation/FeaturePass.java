package io.mocov3.actors.evaluation;

import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.actors.views.ReadAhead;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.evaluation.FeatureCollector;
import io.mocov3.model.evaluation.FeatureParts;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.tensor.Pixels;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * Features of images, batch by batch; the next batch is read by {@code workers} while those of one
 * are computed. What {@code kept} has is not computed again.
 */
record FeaturePass(
    EvalBatches images, Pixels pixels, Executor workers, Optional<FeatureParts> kept) {

  /**
   * The features of all images; undecodable ones are left out. {@code network} maps normalised
   * images (N, 3, H, W) to features of each kind.
   *
   * @param progress told the share that is done
   */
  Map<FeatureKind, LabelledFeatures> run(
      Function<Tensor, Map<FeatureKind, Tensor>> network, DoubleConsumer progress) {
    int count = images.count();
    if (count == 0) {
      throw new BatchFailedException("there are no images; check the data set");
    }
    try (FeatureCollector features = new FeatureCollector(kept)) {
      int done = features.begin();
      ReadAhead reader = images.read(done, workers);
      for (Optional<ReadAhead.Batch> next = reader.next(); next.isPresent(); next = reader.next()) {
        ReadAhead.Batch batch = next.get();
        if (!batch.slots().isEmpty()) {
          features.add(
              () -> batch.images(pixels), Arrays.stream(batch.samples()).boxed().toList(), network);
        }
        done += batch.read();
        features.read(done, done == count);
        progress.accept((double) done / count);
      }
      if (features.isEmpty()) {
        throw new BatchFailedException(
            "none of %d images can be decoded, %s is the first; check the data set"
                .formatted(count, images.source().id(0)));
      }
      return features.build(images.source()::label);
    }
  }
}
