package io.mocov3.actors.evaluation;

import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.view.EvalView;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.tensor.Pixels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** Reads images in batches of their evaluation view, of {@code size} pixels a side. */
record FeaturePass(EvalView view, int size, int batchSize, Pixels pixels) {

  /**
   * The features of {@code count} images spread evenly over {@code source}; undecodable ones are
   * left out. {@code network} maps normalised images (N, 3, H, W) to features (N, D).
   */
  LabelledFeatures over(ImageSource source, int count, UnaryOperator<Tensor> network) {
    if (count == 0) {
      throw new BatchFailedException("there are no images; check the data set");
    }
    BatchBuffer buffer = BatchBuffer.allocate(1, batchSize, size, size);
    List<Integer> kept = new ArrayList<>();
    try (LabelledFeatures.Builder features = new LabelledFeatures.Builder()) {
      int next = 0;
      while (next < count) {
        int before = kept.size();
        while (kept.size() - before < batchSize && next < count) {
          int index = (int) ((long) next * source.size() / count);
          if (view.fill(source, index, buffer, kept.size() - before) instanceof Outcome.Filled) {
            kept.add(index);
          }
          next++;
        }
        int filled = kept.size() - before;
        if (filled > 0) {
          features.add(() -> pixels.images(buffer.pixels(), filled, size, size), network);
        }
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
