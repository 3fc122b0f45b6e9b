package io.mocov3.actors.evaluation;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.evaluation.FeatureQueue;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.evaluation.KnnClassifier.Setting;
import io.mocov3.model.method.Embedding;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.Pixels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.bytedeco.pytorch.Tensor;

/**
 * The paper's instrument: fixed probe batches classified by the features that training computed
 * anyway. The probe batches go through the base encoder itself, between two steps. Belongs to the
 * trainer's thread.
 */
public final class LiveProbe implements AutoCloseable {

  /** Where the reference features of these accuracies come from. */
  public static final String SOURCE = "queue";

  private final FeatureQueue queue;
  private final List<ProbeSet> probes;
  private final List<Setting> settings;
  private final int classes;
  private final IntToLongFunction labelOf;
  private final int batchSize;

  /** Takes over the queue; {@code labelOf} gives the class of a training image. */
  public LiveProbe(
      FeatureQueue queue,
      List<ProbeSet> probes,
      List<Setting> settings,
      int classes,
      IntToLongFunction labelOf,
      int batchSize) {
    this.queue = queue;
    this.probes = probes;
    this.settings = settings;
    this.classes = classes;
    this.labelOf = labelOf;
    this.batchSize = batchSize;
  }

  /** The features of both views of the samples {@code indices}, computed at {@code step}. */
  public void enqueue(Embedding first, Embedding second, int[] indices, long step) {
    long[] labels = Arrays.stream(indices).mapToLong(labelOf).toArray();
    queue.add(first.features(), labels, step);
    queue.add(second.features(), labels, step);
  }

  /** Nothing while the queue holds fewer features than the largest k. */
  public List<KnnAccuracy> run(Encoder base, Pixels pixels, long step) {
    int largest = settings.stream().mapToInt(Setting::k).max().orElse(1);
    List<KnnAccuracy> accuracies = new ArrayList<>();
    if (queue.size(step) < largest) {
      return accuracies;
    }
    try (KnnClassifier classifier = queue.classifier(step, classes)) {
      for (ProbeSet probe : probes) {
        classifier
            .accuracies(() -> features(base, probe, pixels), probe.labels(), settings)
            .forEach(
                (setting, accuracy) ->
                    accuracies.add(
                        new KnnAccuracy(
                            probe.name(), setting.k(), setting.temperature(), SOURCE, accuracy)));
      }
    }
    return accuracies;
  }

  private Tensor features(Encoder base, ProbeSet probe, Pixels pixels) {
    BatchBuffer images = probe.images();
    Tensor all = pixels.images(images.pixels(), probe.size(), images.height(), images.width());
    return base.evaluate(all, batchSize);
  }

  /** What its accuracies are of: other probe batches or neighbours give other curves. */
  public String subject() {
    return "%s, %d classes, %s, %s"
        .formatted(
            queue.subject(), classes, settings, probes.stream().map(ProbeSet::subject).toList());
  }

  /** What a checkpoint keeps of it. */
  public Stateful queue() {
    return queue;
  }

  public long queueAge(long step) {
    return queue.age(step);
  }

  @Override
  public void close() {
    queue.close();
  }
}
