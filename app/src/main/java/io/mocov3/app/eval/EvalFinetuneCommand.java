package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.actors.finetune.FineTuningRun;
import io.mocov3.actors.finetune.LabelledImages;
import io.mocov3.actors.finetune.LabelledTraining;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.Bars;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.policy.TrainingView;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.evaluation.FewShot;
import io.mocov3.model.finetune.Classifier;
import io.mocov3.model.finetune.FineTuning;
import io.mocov3.model.finetune.FineTuning.Which;
import io.mocov3.model.interchange.Export;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 eval finetune}: all of the network, with labels. */
@Command(
    name = "finetune",
    description = {
      "Trains the whole network with labels, as evaluation.finetune says, tests it and writes it for"
          + " timm.",
      "It can be stopped at any time; the same command goes on."
    },
    mixinStandardHelpOptions = true)
public final class EvalFinetuneCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Subject subject;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A folder for checkpoints, metrics.jsonl and the finished network.")
  private Path out;

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      description =
          "deit, deit-large, cifar-10, cifar-100, flowers or pets: evaluation.finetune.recipe.")
  private String recipe;

  @Option(
      names = "--percent",
      defaultValue = "100",
      description = "Share of each class's training images: ${DEFAULT-VALUE}")
  private double percent;

  @Option(
      names = "--draw",
      defaultValue = "0",
      description = "Which of the draws of that share: ${DEFAULT-VALUE}")
  private int draw;

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Override
  public Integer call() {
    SettingsException.requireBetween("--draw", draw, 0, 1_000_000);
    if (!(percent > 0 && percent <= 100)) {
      throw new SettingsException(
          "--percent %s must be above 0 and at most 100".formatted(percent));
    }
    List<String> own =
        recipe == null
            ? List.of()
            : List.of(Settings.assignment("evaluation.finetune.recipe", recipe));
    subject.refuseCache("fine-tuning computes no features that could be kept");
    PrintWriter err = spec.commandLine().getErr();
    try (Subject.Open open = subject.open(err, own)) {
      LabelledSets sets = subject.sets(open).whole();
      LabelledImages images = images(open.settings(), sets);
      BackboneConfig shape = open.settings().model().backbone();
      try (FineTuning tuning = tuning(open, shape, sets);
          TrainingFolder folder =
              new TrainingFolder(
                  out, "fine-tuning", recipe(open, sets), open.settings().checkpoint(), err)) {
        return train(open, sets, images, tuning, folder);
      }
    }
  }

  private LabelledImages images(Settings settings, LabelledSets sets) {
    ImageSource source = sets.train().source();
    Settings.FineTune tune = settings.finetune();
    TrainingView crop =
        TrainingView.cropAndFlip(
            settings.model().backbone().imageSize(),
            tune.cropScale().get(0),
            tune.cropScale().get(1),
            settings.mean(),
            settings.std());
    TrainingView view =
        new TrainingView(
            crop.recipe(), tune.policy(), tune.erasing(), settings.mean(), settings.std());
    long seed = settings.run().seed();
    if (percent == 100) {
      int batch = Math.min(tune.batchSize(), source.size());
      return LabelledImages.all(source, view, batch, seed);
    }
    if (settings.data().isRemote()) {
      throw new SettingsException(
          "--percent %s of shards elsewhere would fetch all of them again and again; copy them here"
              .formatted(percent));
    }
    long[] labels = IntStream.range(0, source.size()).mapToLong(source::label).toArray();
    int[] rows =
        Arrays.stream(FewShot.rows(labels, sets.classes(), percent / 100, seed + draw))
            .mapToInt(Math::toIntExact)
            .toArray();
    return new LabelledImages(source, rows, view, Math.min(tune.batchSize(), rows.length), seed);
  }

  /** What must be the same when it goes on. */
  private Map<String, Object> recipe(Subject.Open open, LabelledSets sets) {
    Map<String, Object> recipe =
        TrainingFolder.keys(
            open.settings(),
            List.of("model.", "evaluation.finetune.", "run.seed"),
            List.of("model.pro", "model.pre", "model.init", "evaluation.finetune.test-every"));
    recipe.putAll(open.identity(sets));
    recipe.put("percent", percent);
    recipe.put("draw", draw);
    return recipe;
  }

  private static FineTuning tuning(Subject.Open open, BackboneConfig shape, LabelledSets sets) {
    try {
      return new FineTuning(
          shape,
          open.encoder().weights(),
          sets.classes(),
          open.settings().finetune().step(),
          open.placement(),
          open.settings().run().seed());
    } catch (ModelException e) {
      throw new SettingsException("evaluation.finetune: " + e.getMessage(), e);
    }
  }

  private int train(
      Subject.Open open,
      LabelledSets sets,
      LabelledImages images,
      FineTuning tuning,
      TrainingFolder folder) {
    Settings.FineTune tune = open.settings().finetune();
    LabelledTraining training = new LabelledTraining(images, open.pixels(), open.workers(), folder);
    long steps = training.steps(tune.epochs());
    FineTuningRun.Plan plan =
        new FineTuningRun.Plan(
            tune.epochs(),
            tune.rate(images.batchSize()),
            tune.testEveryEpochs(),
            folder.settings());
    long begun = folder.begin(tuning::restore);
    PrintWriter err = spec.commandLine().getErr();
    FineTuningReport report;
    try (ProgressBar bar = Bars.of("fine-tuning", steps);
        StopRequest stop = StopRequest.bySignal()) {
      bar.stepTo(begun);
      report = new FineTuningReport(folder, bar, err);
      FineTuningRun run = new FineTuningRun(tuning, training, sets, plan, report);
      if (run.run(begun, stop) == LabelledTraining.End.STOPPED) {
        err.println(StopRequest.SAVED);
        err.flush();
        return ExitCode.INTERRUPTED;
      }
    }
    report.print(spec.commandLine().getOut(), export(open, sets, tuning, folder), json);
    return ExitCode.DONE;
  }

  /**
   * Where the networks are for timm; none, with the reason told, where timm has no such network.
   */
  private Map<Which, Path> export(
      Subject.Open open, LabelledSets sets, FineTuning tuning, TrainingFolder folder) {
    Settings settings = open.settings();
    BackboneConfig shape = Classifier.unfrozen(settings.model().backbone());
    Map<Which, Export> exports = new EnumMap<>(Which.class);
    try {
      for (Which network : tuning.networks()) {
        exports.put(
            network,
            Export.timm(shape, tuning.tensors(network), settings.mean(), settings.std())
                .classifying(
                    sets.train().source().classNames(),
                    share(shape.imageSize(), settings.knn().resize())));
      }
    } catch (ModelException e) {
      spec.commandLine().getErr().println("not written for timm: " + e.getMessage());
      return Map.of();
    }
    Map<Which, Path> written = new EnumMap<>(Which.class);
    exports.forEach((network, export) -> written.put(network, folder.export(network, export)));
    return written;
  }

  /** Of a short side of {@code resize}, as timm divides and drops the fraction. */
  private static double share(int size, int resize) {
    double share = (double) size / resize;
    return (int) (size / share) == resize ? share : size / (resize + 0.5);
  }
}
