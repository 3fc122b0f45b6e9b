package io.mocov3.actors.evaluation;

import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.view.EvalView;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.evaluation.FeatureCollector;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.tensor.Pixels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Reads images in batches of their evaluation view, of {@code size} pixels a side. The next batch
 * is read by {@code workers} while the features of one are computed.
 */
record FeaturePass(EvalView view, int size, int batchSize, Pixels pixels, Executor workers) {

  /** A batch that is being read. */
  private record Reading(int from, BatchBuffer buffer, List<CompletableFuture<Outcome>> samples) {}

  /**
   * The features of {@code count} images spread evenly over {@code source}; undecodable ones are
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
    BatchBuffer[] buffers = {
      BatchBuffer.allocate(1, batchSize, size, size), BatchBuffer.allocate(1, batchSize, size, size)
    };
    List<Integer> kept = new ArrayList<>();
    try (FeatureCollector features = new FeatureCollector()) {
      Reading next = begin(source, count, 0, buffers[0]);
      while (!next.samples().isEmpty()) {
        Reading now = next;
        int end = now.from() + now.samples().size();
        BatchBuffer other = now.buffer() == buffers[0] ? buffers[1] : buffers[0];
        next = begin(source, count, end, other);
        add(now, network, features, kept);
        progress.accept((double) end / count);
      }
      if (kept.isEmpty()) {
        throw new BatchFailedException(
            "none of %d images can be decoded, %s is the first; check the data set"
                .formatted(count, source.id(0)));
      }
      return features.build(kept.stream().mapToLong(source::label).toArray(), kept);
    }
  }

  private Reading begin(ImageSource source, int count, int from, BatchBuffer buffer) {
    int samples = Math.min(batchSize, count - from);
    return new Reading(
        from,
        buffer,
        IntStream.range(0, samples)
            .mapToObj(
                slot -> {
                  int index = (int) ((long) (from + slot) * source.size() / count);
                  return CompletableFuture.supplyAsync(
                      () -> view.fill(source, index, buffer, slot), workers);
                })
            .toList());
  }

  private void add(
      Reading reading,
      Function<Tensor, Map<FeatureKind, Tensor>> network,
      FeatureCollector features,
      List<Integer> kept) {
    long[] slots =
        IntStream.range(0, reading.samples().size())
            .filter(slot -> outcome(reading, slot) instanceof Outcome.Filled)
            .asLongStream()
            .toArray();
    if (slots.length == 0) {
      return;
    }
    for (long slot : slots) {
      kept.add(reading.buffer().sampleIndices()[(int) slot]);
    }
    BatchBuffer buffer = reading.buffer();
    int read = reading.samples().size();
    features.add(() -> pixels.images(buffer.pixels(), read, size, size), slots, network);
  }

  private static Outcome outcome(Reading reading, int slot) {
    try {
      return reading.samples().get(slot).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
