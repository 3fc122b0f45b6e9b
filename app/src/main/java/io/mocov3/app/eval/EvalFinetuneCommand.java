package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.actors.finetune.FineTuningRun;
import io.mocov3.actors.finetune.LabelledImages;
import io.mocov3.actors.finetune.LabelledTraining;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.Bars;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.JsonOutput;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
    Told told = new Told(folder, spec.commandLine().getErr());
    try (ProgressBar bar = Bars.of("fine-tuning", steps);
        StopRequest stop = StopRequest.bySignal()) {
      told.bar = bar;
      bar.stepTo(begun);
      FineTuningRun run = new FineTuningRun(tuning, training, sets, plan, told);
      if (run.run(begun, stop) == LabelledTraining.End.STOPPED) {
        told.say(StopRequest.SAVED);
        return ExitCode.INTERRUPTED;
      }
    }
    print(told.last.orElseThrow(), export(open, sets, tuning, folder));
    return ExitCode.DONE;
  }

  /**
   * Where the networks are for timm; none, with the reason told, where timm has no such network.
   */
  private Map<Which, Path> export(
      Subject.Open open, LabelledSets sets, FineTuning tuning, TrainingFolder folder) {
    Settings settings = open.settings();
    BackboneConfig shape = Classifier.unfrozen(settings.model().backbone());
    Map<Which, Path> written = new LinkedHashMap<>();
    try {
      for (Which network : tuning.networks()) {
        Export export =
            Export.timm(shape, tuning.tensors(network), settings.mean(), settings.std())
                .classifying(
                    sets.train().source().classNames(),
                    share(shape.imageSize(), settings.knn().resize()));
        written.put(network, folder.export(network, export));
      }
    } catch (ModelException e) {
      spec.commandLine().getErr().println("not written for timm: " + e.getMessage());
    }
    return written;
  }

  /** Of a short side of {@code resize}, as timm divides and drops the fraction. */
  private static double share(int size, int resize) {
    double share = (double) size / resize;
    return (int) (size / share) == resize ? share : size / (resize + 0.5);
  }

  /** Tells files and people, and keeps the last test. */
  private static final class Told implements FineTuningRun.Listener {
    private final TrainingFolder folder;
    private final PrintWriter err;
    private ProgressBar bar;
    private Optional<FineTuningRun.Test> last = Optional.empty();

    private Told(TrainingFolder folder, PrintWriter err) {
      this.folder = folder;
      this.err = err;
    }

    @Override
    public void stepped(long steps, double epoch, double loss, double rate) {
      folder.stepped(steps, epoch, loss, rate);
      bar.stepTo(steps);
      bar.setExtraMessage(String.format(Locale.ROOT, "epoch %.2f loss %.4f", epoch, loss));
    }

    @Override
    public void tested(FineTuningRun.Test test) {
      folder.tested(test);
      last = Optional.of(test);
      String left =
          test.undecodable() == 0
              ? ""
              : ", %d images cannot be decoded".formatted(test.undecodable());
      test.accuracies()
          .forEach(
              (network, accuracy) ->
                  say(
                      String.format(
                          Locale.ROOT,
                          "  test images at step %d (epoch %.2f): %.2f %% (%s%s)",
                          test.steps(),
                          test.epoch(),
                          100 * accuracy,
                          TrainingFolder.label(network),
                          left)));
    }

    private void say(String line) {
      err.println(line);
      err.flush();
    }
  }

  private void print(FineTuningRun.Test test, Map<Which, Path> written) {
    PrintWriter console = spec.commandLine().getOut();
    if (json) {
      List<Map<String, Object>> results = new ArrayList<>();
      test.accuracies()
          .forEach(
              (network, accuracy) -> {
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("network", TrainingFolder.label(network));
                result.put("accuracy", accuracy);
                Optional.ofNullable(written.get(network))
                    .ifPresent(path -> result.put("timm", path.toString()));
                results.add(result);
              });
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("results", results);
      document.put("steps", test.steps());
      document.put("test_images", test.images());
      document.put("undecodable", test.undecodable());
      JsonOutput.print(console, document);
      return;
    }
    console.printf("%8s  %8s  %s%n", "network", "accuracy", "for timm");
    test.accuracies()
        .forEach(
            (network, accuracy) ->
                console.printf(
                    "%8s  %6.2f %%  %s%n",
                    TrainingFolder.label(network),
                    100 * accuracy,
                    Optional.ofNullable(written.get(network)).map(Path::toString).orElse("-")));
    console.flush();
  }
}
