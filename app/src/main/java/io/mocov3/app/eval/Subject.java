package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.output.Bars;
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
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.global.torch.ScalarType;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whose features are judged, and by which images: what the commands of {@code eval} share. */
final class Subject {
  @Mixin private WeightsOptions weights;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A folder with train and test (or val); the experiment's data by default.")
  private Path data;

  @Mixin private FeatureCache cache;

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
      Workers workers,
      FeatureCache cache)
      implements AutoCloseable {

    /** Features of both sets, owned by the caller, with a bar on standard error. */
    Pair features(LabelledSets sets, Set<FeatureKind> kinds) {
      Map<FeatureKind, LabelledFeatures> train = features("train", sets, sets.train(), kinds);
      try {
        return new Pair(train, features("test", sets, sets.test(), kinds));
      } catch (RuntimeException e) {
        train.values().forEach(LabelledFeatures::close);
        throw e;
      }
    }

    /** Features of one set, owned by the caller. */
    Map<FeatureKind, LabelledFeatures> features(
        String title, LabelledSets sets, LabelledSets.Images images, Set<FeatureKind> kinds) {
      return Bars.under(
          title,
          done ->
              sets.features(
                  images,
                  pixels,
                  x -> encoder.features(x, kinds),
                  workers,
                  cache.kept(settings, encoder, sets, images, kinds),
                  done));
    }

    /** What tells one set of training images from another. */
    Map<String, Object> images(LabelledSets sets) {
      return Map.of(
          "training images",
          sets.train().source().size(),
          "classes",
          String.join(",", sets.train().source().classNames()));
    }

    @Override
    public void close() {
      workers.close();
      pixels.close();
      encoder.close();
      data.close();
    }
  }

  /** Features of training and test images. */
  record Pair(Map<FeatureKind, LabelledFeatures> train, Map<FeatureKind, LabelledFeatures> test)
      implements AutoCloseable {

    @Override
    public void close() {
      train.values().forEach(LabelledFeatures::close);
      test.values().forEach(LabelledFeatures::close);
    }
  }

  /** Opens all of it; says which weights were taken. */
  Open open(PrintWriter err) {
    return open(err, List.of());
  }

  /** The same with assignments over those of the command line. */
  Open open(PrintWriter err, List<String> assignments) {
    Settings settings = settings(assignments);
    Threads.configure(settings.threads());
    Placement placement = Placement.of(settings.device(), ScalarType.Float);
    DataSets sets = DataSets.forEvaluation(settings, Optional.ofNullable(probe));
    try {
      Encoder encoder = weights.encoder(settings, placement, err);
      return new Open(
          settings,
          sets,
          placement,
          encoder,
          new Pixels(placement, settings.mean(), settings.std()),
          Workers.start(settings),
          cache);
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
    LabelledSets.Images all = new LabelledSets.Images(open.data().train(), 0);
    return new LabelledSets(LabelledSets.DEFAULT, all, all, Probes.framing(open.settings()));
  }

  private Settings settings(List<String> assignments) {
    List<String> own = new ArrayList<>(assignments);
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
