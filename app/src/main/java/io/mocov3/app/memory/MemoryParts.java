package io.mocov3.app.memory;

import io.mocov3.app.memory.MemoryForecast.Part;
import io.mocov3.app.plan.Plans;
import io.mocov3.app.settings.Settings;
import io.mocov3.model.device.Placement;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.memory.ActivationSize;
import io.mocov3.model.memory.ModelSize;
import io.mocov3.model.memory.StepMemory;
import java.util.ArrayList;
import java.util.List;

/** The arithmetic of a forecast: what takes memory in a training, for any batch size. */
public final class MemoryParts {
  /** The program itself: heap, classes, libraries, threads. */
  private static final long PROGRAM = 440_000_000;

  /** What a worker keeps for the image that it decodes. */
  private static final long WORKER = 12L << 20;

  /** What the allocator loses, as measured. */
  private static final double FRAGMENTS = 0.05;

  private static final int WIDE = 4;

  /** Images of the largest sets of a full probe, 0 for none, and number of live probe sets. */
  public record Images(int train, int test, int probeSets) {
    public static final Images NONE = new Images(0, 0, 0);
  }

  private final Settings settings;
  private final Placement placement;
  private final Images images;
  private final ModelSize model;

  public MemoryParts(Settings settings, Placement placement, Images images) {
    this.settings = settings;
    this.placement = placement;
    this.images = images;
    model = ModelSize.of(settings.model(), settings.step());
  }

  public ModelSize model() {
    return model;
  }

  MemoryForecast at(int batch) {
    StepMemory step =
        StepMemory.of(
            model,
            ActivationSize.of(settings.model(), settings.step().precision()),
            settings.model(),
            settings.step(),
            placement,
            batch,
            imageSize());
    List<Part> parts = new ArrayList<>();
    parts.add(device("weights", model.weights(), "model.preset"));
    parts.add(device("optimizer_moments", model.moments(), "model.preset"));
    parts.add(device("activations", step.activations(), "data.batch-size"));
    parts.add(device("gradients", step.gradients(), "model.preset"));
    parts.add(host("checkpoint_copy", model.staging(), "model.preset"));
    if (images.probeSets() > 0 && settings.live().enabled()) {
      parts.add(device("feature_queue", queue(), "evaluation.live.queue-length"));
      parts.add(host("feature_queue_copy", queue(), "evaluation.live.queue-length"));
      long more = Math.max(0, livePass(batch) - step.activations() - step.gradients());
      parts.add(device("live_probe", more, "evaluation.live.images"));
    }
    if (images.test() > 0 && Plans.probesFully(settings)) {
      parts.add(host("probe_copy", model.encoder(), "model.preset"));
      parts.add(device("probe_network", model.encoder(), "model.preset"));
      parts.add(device("probe_forward", forward(batch), "evaluation.knn.batch-size"));
      parts.add(device("probe_features", features(), "evaluation.knn.train-images"));
    }
    parts.add(host("batch_buffers", buffers(batch), "data.buffers"));
    parts.add(host("decoding", settings.data().workers() * WORKER, "data.workers"));
    parts.add(host("program", PROGRAM, "model.preset"));
    long all = new MemoryForecast(parts).needed();
    parts.add(host("fragments", (long) (FRAGMENTS * all), "data.batch-size"));
    return new MemoryForecast(parts);
  }

  private Part device(String name, long bytes, String key) {
    return new Part(name, bytes, key, placement.isCuda());
  }

  private static Part host(String name, long bytes, String key) {
    return new Part(name, bytes, key, false);
  }

  private int imageSize() {
    return settings.model().backbone().imageSize();
  }

  /** Pixels of two views of each batch, and of the images of the live probes. */
  private long buffers(int batch) {
    long views = 2L * StepMemory.images(batch, imageSize()) * settings.data().buffers();
    long probes = images.probeSets() * StepMemory.images(settings.live().images(), imageSize());
    return (views + probes) / WIDE;
  }

  private long queue() {
    return settings.live().queueLength() * (settings.model().backbone().width() + 2L) * WIDE;
  }

  /** Images in one forward of a probe. */
  private long forward(int batch) {
    int count = Math.min(settings.knn().batchSize(), batch);
    ActivationSize image = ActivationSize.of(settings.model(), settings.step().precision());
    return count * image.passing() + 4 * StepMemory.images(count, imageSize());
  }

  /** The largest moment of a look at health and of the live kNN. */
  private long livePass(int batch) {
    long normalised = 4 * StepMemory.images(settings.live().images(), imageSize());
    return Math.max(
        model.encoder(), normalised + forward(batch) + 2 * queue() + 2 * KnnClassifier.CHUNK_BYTES);
  }

  /** Features as they are collected, joined and normalised, and a chunk of similarities. */
  private long features() {
    long train = count(settings.knn().trainImages(), images.train());
    long test = count(settings.knn().testImages(), images.test());
    long width = settings.model().backbone().width();
    return (3 * train + 2 * test) * width * WIDE + 2 * KnnClassifier.CHUNK_BYTES;
  }

  private static long count(int wanted, int there) {
    return wanted == 0 ? there : Math.min(wanted, there);
  }
}
