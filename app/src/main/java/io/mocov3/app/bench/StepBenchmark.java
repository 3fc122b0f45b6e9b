package io.mocov3.app.bench;

import io.mocov3.actors.evaluation.LiveProbe;
import io.mocov3.actors.evaluation.ProbeSet;
import io.mocov3.app.plan.Plans;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.model.device.DeviceMemory;
import io.mocov3.model.device.Placement;
import io.mocov3.model.evaluation.FeatureQueue;
import io.mocov3.model.evaluation.Health;
import io.mocov3.model.memory.StepWork;
import io.mocov3.model.method.Embedding;
import io.mocov3.model.method.Targets;
import io.mocov3.model.stability.SpikeDetector;
import io.mocov3.model.stability.SpikeRule;
import io.mocov3.model.step.GradientNorms;
import io.mocov3.model.step.Pending;
import io.mocov3.model.step.Rates;
import io.mocov3.model.step.StepClock;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.step.TrainingStep.Verdict;
import io.mocov3.model.tensor.Pixels;
import io.mocov3.model.tensor.ViewPair;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Training steps on noise, plain and watched in turn, with the mathematics alone. */
final class StepBenchmark {
  private static final int WARM_UP = 2;
  private static final int LOOKS = 3;
  private static final int CLASSES = 1000;
  private static final Rates RATES = new Rates(1e-4, 0.99);

  private final Settings settings;
  private final Map<String, Double> stageSums = new LinkedHashMap<>();

  /** Seconds of several steps. */
  record Times(double min, double median, double max) {
    static Times of(double[] seconds) {
      return new Times(
          Arrays.stream(seconds).min().orElse(0),
          StepBenchmark.median(Arrays.stream(seconds)),
          Arrays.stream(seconds).max().orElse(0));
    }
  }

  /**
   * {@code everyStep} is the median over pairs of what watching adds, as a share of a plain step;
   * the live probe comes on top, once in {@code probeEverySteps} steps.
   */
  record Result(
      Times plain,
      Times watched,
      double everyStep,
      double probeSeconds,
      long probeEverySteps,
      Map<String, Double> stages,
      OptionalDouble flopPerImage,
      Optional<DeviceMemory> deviceMemory,
      String device) {

    double overhead() {
      return everyStep + probeSeconds / probeEverySteps / plain.median();
    }
  }

  StepBenchmark(Settings settings) {
    this.settings = settings;
  }

  Result run(int steps) {
    Placement placement = Placement.of(settings.device(), ScalarType.Float);
    int batch = settings.data().batchSize();
    int size = settings.model().backbone().imageSize();
    double[] plain = new double[steps];
    double[] watched = new double[steps];
    try (TrainingStep model = new TrainingStep(settings.model(), settings.step(), placement, 0);
        Pixels pixels = new Pixels(placement, settings.mean(), settings.std());
        LiveProbe probe = probe(placement, size);
        ViewPair views =
            pixels.views(SpeedTest.noise(2 * batch * size * size * 3), batch, size, size)) {
      Watch watch = new Watch(probe, IntStream.range(0, batch).toArray());
      for (int i = -WARM_UP; i < steps; i++) {
        double without = timed(() -> step(model, views));
        double with = timed(() -> watchedStep(model, views, watch));
        if (i < 0) {
          stageSums.clear();
        } else {
          plain[i] = without;
          watched[i] = with;
        }
      }
      double probing = look(model, pixels, views, watch);
      double everyStep =
          median(IntStream.range(0, steps).mapToDouble(i -> watched[i] / plain[i] - 1));
      stageSums.replaceAll((name, sum) -> sum / steps);
      return new Result(
          Times.of(plain),
          Times.of(watched),
          everyStep,
          probing,
          Plans.probeEverySteps(settings, 1),
          stageSums,
          StepWork.perImage(settings.model()),
          DeviceMemory.of(placement),
          placement.device());
    }
  }

  private void step(TrainingStep model, ViewPair views) {
    model.timedBy((part, nanos) -> took(part.name().toLowerCase(Locale.ROOT), nanos));
    try (Pending step = model.begin(views, RATES)) {
      try (Targets targets = stage("keys", () -> model.targets(step))) {
        model.backward(step, targets);
      }
      stage("loss", model::takeLoss);
      model.finish(step, Verdict.APPLY);
    }
    model.timedBy(StepClock.NONE);
  }

  /** What a session does at every step beside the step itself. */
  private static final class Watch {
    private final LiveProbe probe;
    private final int[] indices;
    private final SpikeDetector spikes = new SpikeDetector(SpikeRule.DEFAULT);
    private long step;

    Watch(LiveProbe probe, int[] indices) {
      this.probe = probe;
      this.indices = indices;
    }
  }

  private static void watchedStep(TrainingStep model, ViewPair views, Watch watch) {
    try (Pending step = embedding(model, views)) {
      GradientNorms gradients = model.measure().gradients();
      watch.step++;
      watch.spikes.observe(watch.step, gradients.layers(), gradients.l2());
      model.finish(step, Verdict.APPLY);
      List<Embedding> embeddings = step.embeddings();
      watch.probe.enqueue(embeddings.getFirst(), embeddings.getLast(), watch.indices, watch.step);
    }
  }

  /** A step with its gradients collected and its embeddings kept. */
  private static Pending embedding(TrainingStep model, ViewPair views) {
    Pending step = model.begin(views, RATES);
    step.keepEmbeddings();
    try (Targets targets = model.targets(step)) {
      model.backward(step, targets);
    }
    return step;
  }

  /** Seconds of one live probe and one look at health, the median of some. */
  private static double look(TrainingStep model, Pixels pixels, ViewPair views, Watch watch) {
    try (Pending step = embedding(model, views);
        Targets targets = model.targets(step)) {
      Embedding first = step.embeddings().getFirst();
      Embedding second = step.embeddings().getLast();
      Tensor keys = targets.keys().map(ViewPair::second).orElse(second.query());
      return median(
          IntStream.range(0, LOOKS)
              .mapToDouble(
                  i ->
                      timed(
                          () -> {
                            watch.probe.run(model.base(), pixels, watch.step);
                            Health.of(first, second, keys, model.queryKeyDrift());
                          })));
    }
  }

  /** The queue is full from the start, so that the search costs what it will cost. */
  private LiveProbe probe(Placement placement, int size) {
    int width = settings.model().backbone().width();
    int length = settings.live().queueLength();
    FeatureQueue queue = new FeatureQueue(length, width, 0, placement);
    queue.fillWithNoise(CLASSES);
    ImageSource noise = new NoiseImages(settings.live().images(), size, CLASSES);
    return new LiveProbe(
        queue,
        List.of(new ProbeSet("noise", noise, noise.size(), size, size)),
        settings.live().settings(),
        CLASSES,
        index -> index % CLASSES,
        Plans.probeBatchSize(settings));
  }

  private <T> T stage(String name, Supplier<T> part) {
    long begin = System.nanoTime();
    T result = part.get();
    took(name, System.nanoTime() - begin);
    return result;
  }

  private void took(String name, long nanos) {
    stageSums.merge(name, nanos / 1e9, Double::sum);
  }

  private static double timed(Runnable work) {
    long begin = System.nanoTime();
    work.run();
    return (System.nanoTime() - begin) / 1e9;
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
