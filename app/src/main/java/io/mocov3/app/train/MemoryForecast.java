package io.mocov3.app.train;

import io.mocov3.app.settings.Settings;
import io.mocov3.app.settings.SettingsException;
import io.mocov3.model.ActivationSize;
import io.mocov3.model.ModelSize;
import io.mocov3.model.Placement;
import io.mocov3.model.StepMemory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** What a training will take of memory at its peak, part by part, before it takes any of it. */
record MemoryForecast(List<Part> parts) {
  /** The program itself: heap, classes, libraries, threads. */
  private static final long PROGRAM = 440_000_000;

  /** What the allocator loses, as measured. */
  private static final double FRAGMENTS = 0.05;

  /** What a worker keeps for the image that it decodes. */
  private static final long WORKER = 12L << 20;

  private static final int WIDE = 4;

  /** Queries of kNN that are compared at a time. */
  private static final int CHUNK = 1024;

  /** A part and the key whose lower value makes it smaller. */
  record Part(String name, long bytes, String key, boolean onDevice) {}

  /** Images of the sets; 0 for one that is not there. */
  record Images(int train, int test, int probeSets) {}

  static MemoryForecast of(Settings settings, Placement placement, Images images) {
    return of(settings, settings.data().batchSize(), placement, images);
  }

  private static MemoryForecast of(
      Settings settings, int batch, Placement placement, Images images) {
    return new Forecast(settings, batch, placement, images).parts();
  }

  /** Bytes of host memory. */
  long needed() {
    return parts.stream().filter(part -> !part.onDevice()).mapToLong(Part::bytes).sum();
  }

  long neededOnDevice() {
    return parts.stream().filter(Part::onDevice).mapToLong(Part::bytes).sum();
  }

  /** Bytes by name. */
  Map<String, Long> byName() {
    Map<String, Long> map = new LinkedHashMap<>();
    parts.forEach(part -> map.put(part.name(), part.bytes()));
    return map;
  }

  boolean fits(MachineMemory memory) {
    return needed() <= memory.available();
  }

  /**
   * Refuses a training that cannot fit, before it begins.
   *
   * @throws SettingsException in one line: what is needed, for what, and which key to lower
   */
  static void require(Settings settings, Placement placement, Images images) {
    MemoryForecast forecast = of(settings, placement, images);
    MachineMemory memory = MachineMemory.ofThisProcess();
    if (settings.run().checkMemory() && !forecast.fits(memory)) {
      throw new SettingsException(forecast.refusal(settings, placement, images, memory));
    }
  }

  String refusal(Settings settings, Placement placement, Images images, MachineMemory memory) {
    List<Part> largest =
        parts.stream()
            .filter(part -> !part.onDevice())
            .sorted(Comparator.comparingLong(Part::bytes).reversed())
            .toList();
    String what =
        String.join(
            ", ",
            largest.stream()
                .limit(3)
                .map(part -> part.name().replace('_', ' ') + " " + gigabytes(part.bytes()))
                .toList());
    return "training needs about %s of memory (%s), but %s has %s free; lower %s, or set run.check-memory=false to try all the same"
        .formatted(
            gigabytes(needed()),
            what,
            memory.bound(),
            gigabytes(memory.available()),
            advice(settings, placement, images, memory, largest.getFirst()));
  }

  private static String advice(
      Settings settings, Placement placement, Images images, MachineMemory memory, Part largest) {
    if (!largest.key().equals("data.batch-size")) {
      return largest.key();
    }
    OptionalInt fitting = largestBatch(settings, placement, images, memory);
    return fitting.isPresent()
        ? "data.batch-size from %d to %d".formatted(settings.data().batchSize(), fitting.getAsInt())
        : "model.preset (not even a batch of 2 fits)";
  }

  private static OptionalInt largestBatch(
      Settings settings, Placement placement, Images images, MachineMemory memory) {
    int low = 1;
    int high = settings.data().batchSize();
    while (high - low > 1) {
      int middle = (low + high) / 2;
      boolean fits = of(settings, middle, placement, images).fits(memory);
      low = fits ? middle : low;
      high = fits ? high : middle;
    }
    return low >= 2 ? OptionalInt.of(low) : OptionalInt.empty();
  }

  static String gigabytes(long bytes) {
    return bytes < 100_000_000
        ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
  }

  /** The arithmetic. */
  private record Forecast(Settings settings, int batch, Placement placement, Images images) {

    MemoryForecast parts() {
      StepMemory step =
          StepMemory.of(settings.model(), settings.step(), settings.memorySaver(), batch);
      ModelSize model = step.model();
      boolean full = images.test() > 0 && Plans.probesFully(settings);
      boolean live = images.probeSets() > 0 && settings.live().enabled();
      List<Part> parts = new ArrayList<>();
      parts.add(device("weights", model.weights(), "model.preset"));
      parts.add(device("optimizer_moments", model.moments(), "model.preset"));
      parts.add(device("activations", step.activations(), "data.batch-size"));
      parts.add(device("gradients", step.gradients(), "model.preset"));
      parts.add(host("checkpoint_copy", model.staging(), "model.preset"));
      if (live) {
        parts.add(device("live_probe_network", model.encoder(), "evaluation.live.enabled"));
        parts.add(device("feature_queue", queue(), "evaluation.live.queue-length"));
        long beside = step.activations() + step.gradients();
        parts.add(
            device("live_probe", Math.max(0, livePass(model) - beside), "evaluation.live.images"));
      }
      if (full) {
        parts.add(host("probe_copy", model.encoder(), "model.preset"));
        parts.add(device("probe_network", model.encoder(), "model.preset"));
        parts.add(device("probe_forward", forward(), "evaluation.knn.batch-size"));
        parts.add(device("probe_features", features(), "evaluation.knn.train-images"));
      }
      parts.add(host("batch_buffers", buffers(), "data.buffers"));
      parts.add(host("decoding", settings.data().workers() * WORKER, "data.workers"));
      parts.add(host("program", PROGRAM, "model.preset"));
      long all = parts.stream().filter(part -> !part.onDevice()).mapToLong(Part::bytes).sum();
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

    private long buffers() {
      return 2L * StepMemory.images(batch, imageSize()) / WIDE * settings.data().buffers()
          + (long) images.probeSets()
              * StepMemory.images(settings.live().images(), imageSize())
              / WIDE;
    }

    private long queue() {
      return settings.live().queueLength() * (settings.model().backbone().width() + 2L) * WIDE;
    }

    /** Images in one forward of a probe. */
    private long forward() {
      int count = Math.min(settings.knn().batchSize(), batch);
      ActivationSize image = ActivationSize.of(settings.model(), settings.step().precision());
      return count * image.passing() + 4 * StepMemory.images(count, imageSize());
    }

    /** The largest moment of a look at health and of the live kNN. */
    private long livePass(ModelSize model) {
      long normalised = 4 * StepMemory.images(settings.live().images(), imageSize());
      long similar =
          2L * Math.min(CHUNK, settings.live().images()) * settings.live().queueLength() * WIDE;
      return Math.max(model.encoder(), normalised + forward() + 2 * queue() + similar);
    }

    /** Features as they are collected, joined and normalised, and a chunk of similarities. */
    private long features() {
      long train = count(settings.knn().trainImages(), images.train());
      long test = count(settings.knn().testImages(), images.test());
      long width = settings.model().backbone().width();
      return (3 * train + 2 * test) * width * WIDE + 2 * Math.min(CHUNK, test) * train * WIDE;
    }

    private static long count(int wanted, int there) {
      return wanted == 0 ? there : Math.min(wanted, there);
    }
  }
}
