package io.mocov3.app.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import io.mocov3.actors.stability.StabilityPlan;
import io.mocov3.app.conf.Layers;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.augment.shapes.ShapesConfig;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.augment.source.SourceOptions;
import io.mocov3.augment.view.TwoViews;
import io.mocov3.model.ModelException;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.optim.LearningRateSchedule;
import io.mocov3.model.optim.MomentumSchedule;
import io.mocov3.model.step.EmaOrder;
import io.mocov3.model.step.StepConfig;
import io.mocov3.model.tensor.Precision;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One experiment, read once and checked as a whole. */
public record Settings(
    Run run,
    Data data,
    TwoViews views,
    List<Double> mean,
    List<Double> std,
    MethodConfig model,
    Optional<Path> initFrom,
    Momentum momentum,
    StepConfig step,
    boolean memorySaver,
    Schedule schedule,
    String device,
    int threads,
    Knn knn,
    Live live,
    StabilityPlan stability,
    Checkpoint checkpoint,
    Http http,
    String rendered) {

  static final long MOST_STEPS = 1_000_000_000_000L;
  private static final double MOST_EPOCHS = 1_000_000;

  /** {@code steps} of 0 means that {@code epochs} count. */
  public record Run(
      String name,
      Path directory,
      long seed,
      double epochs,
      long steps,
      boolean logSamples,
      boolean checkMemory) {}

  /**
   * Paths or URLs of the images; {@code mix} is empty where {@code train} is not. {@code workers}
   * is resolved to a number of threads.
   */
  public record Data(
      Optional<String> train,
      List<Part> mix,
      Optional<String> test,
      DataFormat format,
      int batchSize,
      int workers,
      int buffers,
      double maxBadRatio,
      Duration retryFor,
      SourceOptions sources,
      ShapesConfig shapes) {

    /** Whether looking at a training image may cost a download. */
    public boolean isRemote() {
      return Stream.concat(train.stream(), mix.stream().map(Part::path))
          .anyMatch(path -> path.contains("://"));
    }
  }

  /** One of several training sets, and its share of the samples. */
  public record Part(String path, DataFormat format, double weight) {}

  /** The momentum of the key encoder. */
  public record Momentum(double initial, boolean cosine) {}

  /** The learning rate. */
  public record Schedule(double baseLearningRate, double warmupEpochs) {}

  /** The kNN probe; 0 steps or epochs mean never, 0 images mean all. */
  public record Knn(
      double everyEpochs,
      long everySteps,
      List<KnnClassifier.Setting> settings,
      int trainImages,
      int testImages,
      int resize,
      int batchSize) {}

  /** The live kNN probe and the looks at health; 0 steps mean that the batch size decides. */
  public record Live(
      boolean enabled,
      long everySteps,
      int images,
      int queueLength,
      int maxAgeSteps,
      List<KnnClassifier.Setting> settings,
      List<Probe> probes) {}

  /** A named probe set. */
  public record Probe(String name, String path, DataFormat format) {}

  /** Checkpoints; every 0 steps means at the end only. The last is tried for {@code retryFor}. */
  public record Checkpoint(long everySteps, int keep, Duration retryFor) {}

  /** The HTTP server; port 0 takes any free one. */
  public record Http(boolean enabled, String host, int port, List<String> allowedHosts) {}

  /** How the kind of momentum schedule is spelled. */
  private enum MomentumKind {
    COSINE,
    CONSTANT
  }

  /**
   * Loads {@code file} over the defaults, then the environment, then {@code overrides} of the form
   * {@code key=value}.
   *
   * @throws SettingsException in one line
   */
  public static Settings load(Path file, List<String> overrides) {
    return read(Layers.load(Layers.parse(file), overrides));
  }

  /**
   * The experiment of a run, by the record in its directory.
   *
   * @param remedy what to do about a record that cannot be read, besides restoring it
   */
  public static Settings ofRun(Path directory, String remedy, List<String> overrides) {
    return of(RunRecord.parse(directory, remedy), overrides);
  }

  /** The same for an experiment in memory. */
  public static Settings of(Config experiment, List<String> overrides) {
    return read(Layers.load(experiment, overrides));
  }

  /** The same for an experiment that is built in. */
  public static Settings loadResource(String name, List<String> overrides) {
    return read(Layers.load(Layers.resource(name), overrides));
  }

  /** An override whose value is taken as it stands, whatever its characters. */
  public static String assignment(String key, Object text) {
    return key + "=" + ConfigUtil.quoteString(text.toString());
  }

  private static Settings read(Config config) {
    Section root = new Section(config, "");
    MethodConfig model = ModelSection.read(root.section("model"), root.section("method"));
    Section augment = root.section("augment");
    refuseUnsupported(root);
    StepConfig step = step(root, model);
    return new Settings(
        run(root.section("run")),
        DataSection.read(root.section("data"), model.backbone().imageSize()),
        AugmentSection.read(augment, model.backbone().imageSize()),
        augment.numbers("mean", 3, 0, 1),
        augment.numbers("std", 3, 0.001, 10),
        model,
        root.section("model").path("init-from"),
        momentum(root.section("method")),
        step,
        root.section("method").flag("memory-saver"),
        schedule(root.section("schedule")),
        device(root),
        root.integer("threads", 0, 1024),
        knn(root.section("evaluation").section("knn"), model.backbone().imageSize()),
        LiveSection.read(root.section("evaluation").section("live"), model.backbone().imageSize()),
        StabilitySection.read(root.section("stability"), model.backbone()),
        new Checkpoint(
            root.section("checkpoint").whole("every-steps", 0, MOST_STEPS),
            root.section("checkpoint").integer("keep", 1, 1_000_000),
            root.section("checkpoint").duration("retry-for")),
        http(root.section("http")),
        render(config));
  }

  /** The learning rate over a training of {@code epochs} epochs; a longer warm-up is cut to it. */
  public LearningRateSchedule learningRate(double epochs) {
    return new LearningRateSchedule(
        schedule.baseLearningRate(),
        data.batchSize(),
        Math.min(schedule.warmupEpochs(), epochs),
        epochs);
  }

  public MomentumSchedule momentum(double epochs) {
    return new MomentumSchedule(momentum.initial(), momentum.cosine(), epochs);
  }

  private static void refuseUnsupported(Section root) {
    root.section("momentum-encoder")
        .check(
            "max-staleness",
            "0 (the only value of this version)",
            root.section("momentum-encoder").text("max-staleness").equals("0"));
  }

  private static Run run(Section run) {
    return new Run(
        run.name("name"),
        Path.of(run.nonEmptyPath("directory")),
        run.whole("seed", 0, Long.MAX_VALUE),
        run.positive("epochs", MOST_EPOCHS),
        run.whole("steps", 0, MOST_STEPS),
        run.flag("log-samples"),
        run.flag("check-memory"));
  }

  private static String device(Section root) {
    String device = root.text("device");
    root.check("device", "auto, cpu or cuda:N", device.matches("auto|cpu|cuda(:\\d{1,3})?"));
    return device;
  }

  private static Momentum momentum(Section method) {
    return new Momentum(
        method.number("momentum", 0, 1),
        method.choice("momentum-schedule", MomentumKind.class) == MomentumKind.COSINE);
  }

  private static StepConfig step(Section root, MethodConfig model) {
    GradientClip clip = OptimizerSection.clip(root.section("optimizer"));
    StepConfig step =
        new StepConfig(
            OptimizerSection.read(root.section("optimizer")),
            clip,
            root.section("method").choice("ema-order", EmaOrder.class),
            root.choice("precision", Precision.class));
    try {
      step.check(model.backbone());
    } catch (ModelException e) {
      throw root.section("optimizer").refused(e.settings(), e.getMessage());
    }
    return step;
  }

  private static Schedule schedule(Section schedule) {
    return new Schedule(
        schedule.number("base-learning-rate", 0, 1000),
        schedule.number("warmup-epochs", 0, MOST_EPOCHS));
  }

  private static Knn knn(Section knn, int imageSize) {
    List<KnnClassifier.Setting> settings = votes(knn);
    int resize = knn.integer("resize", 0, 16_384);
    int batchSize = knn.integer("batch-size", 1, 1_000_000);
    knn.checkBytes("batch-size", batchSize, 1, imageSize);
    int standard = imageSize < 64 ? imageSize : (int) Math.round(imageSize * 8 / 7.0);
    return new Knn(
        knn.number("every-epochs", 0, MOST_EPOCHS),
        knn.whole("every-steps", 0, MOST_STEPS),
        settings,
        knn.integer("train-images", 0, 1_000_000_000),
        knn.integer("test-images", 0, 1_000_000_000),
        resize == 0 ? standard : resize,
        batchSize);
  }

  static List<KnnClassifier.Setting> votes(Section knn) {
    return knn.integers("k", 1, 1_000_000).stream()
        .flatMap(
            k ->
                knn.numbers("temperature", 0, 0.001, 100).stream()
                    .map(temperature -> new KnnClassifier.Setting(k, temperature)))
        .toList();
  }

  private static Http http(Section http) {
    List<String> allowed = http.texts("allowed-hosts");
    http.check(
        "allowed-hosts",
        "a list of host names without scheme and port",
        allowed.stream().allMatch(name -> name.matches("[A-Za-z0-9._-]+")));
    return new Http(
        http.flag("enabled"),
        http.nonEmptyText("host").strip(),
        http.integer("port", 0, 65_535),
        allowed);
  }

  private static String render(Config config) {
    return config
        .atKey(Layers.ROOT)
        .root()
        .render(
            ConfigRenderOptions.defaults()
                .setOriginComments(false)
                .setComments(false)
                .setJson(false));
  }
}
