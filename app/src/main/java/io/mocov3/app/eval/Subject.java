package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.plan.Probes;
import io.mocov3.app.plan.Workers;
import io.mocov3.app.settings.Settings;
import io.mocov3.app.weights.WeightsOptions;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Threads;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.Pixels;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.bytedeco.pytorch.global.torch.ScalarType;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whose features are judged, and by which images: what the commands of {@code eval} share. */
final class Subject {
  private static final int BAR_WIDTH = 80;
  private static final int PARTS = 1000;

  @Mixin private WeightsOptions weights;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A folder with train and test (or val); the experiment's data by default.")
  private Path data;

  @Option(
      names = "--probe",
      paramLabel = "NAME",
      description =
          "The sets of that name in evaluation.probes; data.train and data.test by default.")
  private String probe;

  /** An open network with the weights in question, and where its images are. */
  record Open(
      Settings settings,
      DataSets data,
      Placement placement,
      Encoder encoder,
      Pixels pixels,
      Workers workers)
      implements AutoCloseable {

    /** Features of images, owned by the caller, with a bar on standard error. */
    Map<FeatureKind, LabelledFeatures> features(
        String title, LabelledSets sets, LabelledSets.Images images, Set<FeatureKind> kinds) {
      try (ProgressBar bar = bar(title)) {
        return sets.features(
            images,
            pixels,
            x -> encoder.features(x, kinds),
            workers,
            share -> bar.stepTo(Math.round(PARTS * share)));
      }
    }

    @Override
    public void close() {
      workers.close();
      pixels.close();
      encoder.close();
      data.close();
    }
  }

  static ProgressBar bar(String title) {
    PrintStream err = System.err;
    return new ProgressBarBuilder()
        .setTaskName(title)
        .setInitialMax(PARTS)
        .setUpdateIntervalMillis(Boolean.getBoolean("mocov3.terminal") ? 200 : 10_000)
        .setConsumer(new ConsoleProgressBarConsumer(err, BAR_WIDTH))
        .build();
  }

  /** Opens all of it; says which weights were taken. */
  Open open(PrintWriter err) {
    Settings settings = settings();
    Threads.configure(settings.threads());
    Placement placement = Placement.of(settings.device(), ScalarType.Float);
    DataSets sets = DataSets.forEvaluation(settings, Optional.ofNullable(probe));
    try {
      Encoder encoder = FeaturesCommand.encoder(settings, placement);
      weights.load(encoder, err);
      return new Open(
          settings,
          sets,
          placement,
          encoder,
          new Pixels(placement, settings.mean(), settings.std()),
          Workers.start(settings));
    } catch (RuntimeException e) {
      sets.close();
      throw e;
    }
  }

  /** The sets that were asked for. */
  LabelledSets sets(Open open) {
    return Probes.sets(open.settings(), open.data()).stream()
        .findFirst()
        .orElseThrow(
            () ->
                new SettingsException(
                    "there are no labelled test images; give --data DIR with test/, or name sets in"
                        + " evaluation.probes"));
  }

  /** The training images as both, where nothing is labelled. */
  LabelledSets unlabelled(Open open) {
    Settings.Knn knn = open.settings().knn();
    LabelledSets.Images all = new LabelledSets.Images(open.data().train(), knn.trainImages());
    return new LabelledSets(
        LabelledSets.DEFAULT, all, all, FeaturesCommand.framing(open.settings()));
  }

  private Settings settings() {
    List<String> own = new ArrayList<>();
    if (data != null) {
      Path train = data.resolve("train");
      own.add(Settings.assignment("data.train", Files.exists(train) ? train : data));
      own.add(Settings.assignment("data.test", Files.exists(testFolder()) ? testFolder() : ""));
      own.add("data.format=auto");
      own.add("data.mix=[]");
      if (probe == null) {
        own.add("evaluation.probes=[]");
      }
    }
    return weights.settings(own);
  }

  private Path testFolder() {
    Path val = data.resolve("val");
    return Files.isDirectory(val) && !Files.exists(data.resolve("test"))
        ? val
        : data.resolve("test");
  }
}
