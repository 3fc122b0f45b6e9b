package io.mocov3.app.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import io.mocov3.app.conf.Layers;
import io.mocov3.model.ModelException;
import io.mocov3.model.device.Precision;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.step.EmaOrder;
import io.mocov3.model.step.MemorySaver;
import io.mocov3.model.step.StepConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** From the sections of an experiment to its settings; every mistake is one line. */
final class SettingsReader {
  private static final double MOST_EPOCHS = 1_000_000;

  /** How the kind of momentum schedule is spelled. */
  private enum MomentumKind {
    COSINE,
    CONSTANT
  }

  private SettingsReader() {}

  static Settings read(Config config) {
    Section root = new Section(config, "");
    MethodConfig model = ModelSection.read(root.section("model"), root.section("method"));
    Section augment = root.section("augment");
    refuseUnsupported(root);
    Settings.Data data = DataSection.read(root.section("data"), model.backbone().imageSize());
    requireRoom(root.section("method").section("swav"), model, data.batchSize());
    StepConfig step = step(root, model, data.batchSize());
    Settings.Knn knn = knn(root.section("evaluation").section("knn"), model.backbone().imageSize());
    return new Settings(
        run(root.section("run")),
        data,
        AugmentSection.read(
            augment,
            model.backbone().imageSize(),
            model.small(),
            root.section("method").section("swav").range("small-scale", 1)),
        augment.numbers("mean", 3, 0, 1),
        augment.numbers("std", 3, 0.001, 10),
        model,
        root.section("model").path("init-from"),
        momentum(root.section("method")),
        step,
        schedule(root.section("schedule")),
        device(root),
        root.integer("threads", 0, 1024),
        knn,
        LiveSection.read(root.section("evaluation").section("live"), model.backbone().imageSize()),
        ProbeSections.pairs(root.section("evaluation")),
        ProbeSections.linear(
            root.section("evaluation").section("linear"),
            root.section("run").whole("seed", 0, Long.MAX_VALUE)),
        FineTuneSection.read(
            root.section("evaluation").section("finetune"),
            step.precision(),
            model.backbone().imageSize()),
        StabilitySection.read(root.section("stability"), model.backbone()),
        CheckpointSection.read(root.section("checkpoint"), knn),
        distributed(root.section("distributed")),
        http(root.section("http")),
        root.section("metrics").flag("tensorboard"),
        root.section("metrics").number("peak-tflops", 0, 1_000_000),
        log(root.section("log")),
        render(config));
  }

  /** All views of a batch share a buffer of at most 2 GiB. */
  private static void requireRoom(Section swav, MethodConfig model, int batchSize) {
    long whole = model.backbone().imageSize();
    long room = Integer.MAX_VALUE / (3L * batchSize) - 2 * whole * whole;
    long one = (long) model.small().size() * model.small().size();
    swav.check(
        "small-crops",
        "at most %d with data.batch-size = %d (all views of a batch share a buffer of at most 2 GiB)"
            .formatted(Math.max(0, room / Math.max(1, one)), batchSize),
        model.small().count() == 0 || model.small().count() * one <= room);
  }

  private static void refuseUnsupported(Section root) {
    root.section("momentum-encoder")
        .check(
            "max-staleness",
            "0 (the only value of this version)",
            root.section("momentum-encoder").text("max-staleness").equals("0"));
  }

  private static Settings.Run run(Section run) {
    return new Settings.Run(
        run.name("name"),
        Path.of(run.nonEmptyPath("directory")),
        run.whole("seed", 0, Long.MAX_VALUE),
        run.positive("epochs", MOST_EPOCHS),
        run.whole("steps", 0, Settings.MOST_STEPS),
        run.flag("log-samples"),
        run.flag("check-memory"),
        atLeast(run, "stop-grace", Duration.ofSeconds(1)),
        atLeast(run, "stuck-after", Duration.ofSeconds(1)),
        run.duration("lock-timeout"));
  }

  private static Duration atLeast(Section section, String key, Duration least) {
    Duration duration = section.duration(key);
    section.check(
        key, "a duration of at least " + least.toSeconds() + "s", duration.compareTo(least) >= 0);
    return duration;
  }

  private static String device(Section root) {
    String device = root.text("device");
    root.check("device", "auto, cpu or cuda:N", device.matches("auto|cpu|cuda(:\\d{1,3})?"));
    return device;
  }

  private static Settings.Momentum momentum(Section method) {
    return new Settings.Momentum(
        method.number("momentum", 0, 1),
        method.choice("momentum-schedule", MomentumKind.class) == MomentumKind.COSINE);
  }

  private static StepConfig step(Section root, MethodConfig model, int batchSize) {
    GradientClip clip = OptimizerSection.clip(root.section("optimizer"));
    StepConfig step =
        new StepConfig(
            OptimizerSection.read(root.section("optimizer")),
            clip,
            root.section("method").choice("ema-order", EmaOrder.class),
            root.choice("precision", Precision.class),
            microBatches(root.section("step"), batchSize),
            root.section("method").choice("memory-saver", MemorySaver.class));
    try {
      step.check(model);
    } catch (ModelException e) {
      String section = e.settings().contains("micro-batches") ? "step" : "optimizer";
      throw root.section(section).refused(e.settings(), e.getMessage());
    }
    return step;
  }

  private static int microBatches(Section step, int batchSize) {
    int parts = step.integer("micro-batches", 1, 65_536);
    step.check(
        "micro-batches", "at most data.batch-size, which is " + batchSize, parts <= batchSize);
    return parts;
  }

  private static Settings.Schedule schedule(Section schedule) {
    return new Settings.Schedule(
        schedule.number("base-learning-rate", 0, 1000),
        schedule.number("warmup-epochs", 0, MOST_EPOCHS));
  }

  private static Settings.Knn knn(Section knn, int imageSize) {
    List<KnnClassifier.Setting> settings = votes(knn);
    int resize = knn.integer("resize", 0, 16_384);
    int batchSize = knn.integer("batch-size", 1, 1_000_000);
    knn.checkBytes("batch-size", batchSize, 1, imageSize);
    int standard = imageSize < 64 ? imageSize : (int) Math.round(imageSize * 8 / 7.0);
    return new Settings.Knn(
        knn.number("every-epochs", 0, MOST_EPOCHS),
        knn.whole("every-steps", 0, Settings.MOST_STEPS),
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

  private static Settings.Distributed distributed(Section distributed) {
    return new Settings.Distributed(
        atLeast(distributed, "join-timeout", Duration.ofSeconds(1)),
        atLeast(distributed, "timeout", Duration.ofSeconds(1)));
  }

  private static Settings.Http http(Section http) {
    List<String> allowed = http.texts("allowed-hosts");
    http.check(
        "allowed-hosts",
        "a list of host names without scheme and port",
        allowed.stream().allMatch(name -> name.matches("[A-Za-z0-9._-]+")));
    return new Settings.Http(
        http.flag("enabled"),
        http.nonEmptyText("host").strip(),
        http.integer("port", 0, 65_535),
        allowed,
        http.path("token-file"));
  }

  private static Settings.Log log(Section log) {
    return new Settings.Log(log.choice("format", Settings.LogFormat.class), log.path("file"));
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
