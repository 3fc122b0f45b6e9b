package io.mocov3.app.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import io.mocov3.actors.stability.StabilityPlan;
import io.mocov3.app.conf.Layers;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.augment.policy.RandAugment;
import io.mocov3.augment.policy.RandomErasing;
import io.mocov3.augment.shapes.ShapesConfig;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.augment.source.SourceOptions;
import io.mocov3.augment.view.TwoViews;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.evaluation.LinearEvaluation;
import io.mocov3.model.finetune.FineTuningConfig;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.optim.LearningRateSchedule;
import io.mocov3.model.optim.MomentumSchedule;
import io.mocov3.model.step.StepConfig;
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
    Schedule schedule,
    String device,
    int threads,
    Knn knn,
    Live live,
    List<LabelledPair> probes,
    Linear linear,
    FineTune finetune,
    StabilityPlan stability,
    Checkpoint checkpoint,
    Distributed distributed,
    Http http,
    boolean tensorBoard,
    double peakTflops,
    Log log,
    String rendered) {

  static final long MOST_STEPS = 1_000_000_000_000L;

  /**
   * {@code steps} of 0 means that {@code epochs} count. {@code stopGrace} is what a stop may take,
   * {@code stuckAfter} how long nothing may happen, {@code lockTimeout} how long another trainer in
   * the directory is waited for.
   */
  public record Run(
      String name,
      Path directory,
      long seed,
      double epochs,
      long steps,
      boolean logSamples,
      boolean checkMemory,
      Duration stopGrace,
      Duration stuckAfter,
      Duration lockTimeout) {}

  /**
   * Paths or URLs of the images; {@code mix} is empty where {@code train} is not. A batch takes
   * equal parts from {@code lanes} parts of an epoch. {@code workers} is resolved to a number of
   * threads.
   */
  public record Data(
      Optional<String> train,
      List<Part> mix,
      Optional<String> test,
      DataFormat format,
      int batchSize,
      int lanes,
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

  /** Labelled sets of the full probes, called by a name. */
  public record LabelledPair(String name, String train, String test, DataFormat format) {}

  /** The linear probe, and whether it goes beside each full kNN probe. */
  public record Linear(boolean enabled, LinearEvaluation.Options options) {}

  /**
   * Fine-tuning; the rate is told for a batch of 256.
   *
   * @param cropScale smallest and largest share of an image's area in a crop
   * @param testEveryEpochs 0 for at the end only
   */
  public record FineTune(
      String recipe,
      double epochs,
      int batchSize,
      double baseLearningRate,
      double minLearningRate,
      double warmupEpochs,
      FineTuningConfig step,
      Optional<RandAugment> policy,
      RandomErasing erasing,
      List<Double> cropScale,
      double testEveryEpochs) {

    /** The rate with batches of so many images; a longer warm-up is cut to the epochs. */
    public LearningRateSchedule rate(int batch) {
      return new LearningRateSchedule(
          baseLearningRate, batch, Math.min(warmupEpochs, epochs), epochs, minLearningRate);
    }
  }

  /**
   * Checkpoints by steps and by the clock, 0 for not so; there is always one at the end. The last
   * is tried for {@code retryFor}.
   */
  public record Checkpoint(
      long everySteps, Duration every, Retention retention, Duration retryFor) {}

  /**
   * How long ranks wait for each other at the beginning, and how long one may be silent in the
   * middle of a step before the others take it for gone.
   */
  public record Distributed(Duration joinTimeout, Duration timeout) {}

  /** The HTTP server; port 0 takes any free one. Without tokens only this machine may operate. */
  public record Http(
      boolean enabled,
      String host,
      int port,
      List<String> allowedHosts,
      Optional<Path> tokenFile) {}

  /** How a line of the log is written. */
  public enum LogFormat {
    TEXT,
    JSON
  }

  /** The log: on standard error, and in the file if there is one. */
  public record Log(LogFormat format, Optional<Path> file) {}

  /**
   * Loads {@code file} over the defaults, then the environment, then {@code overrides} of the form
   * {@code key=value}.
   *
   * @throws SettingsException in one line
   */
  public static Settings load(Path file, List<String> overrides) {
    return SettingsReader.read(Layers.load(Layers.parse(file), overrides));
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
    return SettingsReader.read(Layers.load(experiment, overrides));
  }

  /** The same for an experiment that is built in. */
  public static Settings loadResource(String name, List<String> overrides) {
    return SettingsReader.read(Layers.load(Layers.resource(name), overrides));
  }

  /** An override whose value is taken as it stands, whatever its characters. */
  public static String assignment(String key, Object text) {
    return key + "=" + ConfigUtil.quoteString(text.toString());
  }

  /** The learning rate over a training of {@code epochs} epochs; a longer warm-up is cut to it. */
  public LearningRateSchedule learningRate(double epochs) {
    return new LearningRateSchedule(
        schedule.baseLearningRate(),
        data.batchSize(),
        Math.min(schedule.warmupEpochs(), epochs),
        epochs);
  }

  /** 0 throughout for a method without a key encoder. */
  public MomentumSchedule momentum(double epochs) {
    return model.hasTarget()
        ? new MomentumSchedule(momentum.initial(), momentum.cosine(), epochs)
        : new MomentumSchedule(0, false, epochs);
  }
}
