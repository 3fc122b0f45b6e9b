package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.data.DataDigest;
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
import java.util.LinkedHashMap;
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
      FeatureCache cache,
      PrintWriter err)
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

    /** Features of one set, owned by the caller; says how many images are left out. */
    Map<FeatureKind, LabelledFeatures> features(
        String title, LabelledSets sets, LabelledSets.Images images, Set<FeatureKind> kinds) {
      Map<FeatureKind, LabelledFeatures> features = computed(title, sets, images, kinds);
      int left = images.count() - features.values().iterator().next().size();
      if (left > 0) {
        err.println(
            "%s: %d of %d images cannot be decoded and are left out"
                .formatted(title, left, images.count()));
        err.flush();
      }
      return features;
    }

    private Map<FeatureKind, LabelledFeatures> computed(
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

    /** What must be the same where a training with these sets and this network goes on. */
    Map<String, Object> identity(LabelledSets sets) {
      boolean remote = settings.data().isRemote();
      Map<String, Object> identity = new LinkedHashMap<>();
      identity.put("weights", Sums.of(encoder));
      identity.put("network and pixels", Sums.seen(settings, encoder));
      identity.put("training images", DataDigest.of(sets.train().source(), remote));
      identity.put("test images", DataDigest.of(sets.test().source(), remote));
      identity.put("framing", sets.framing());
      return identity;
    }

    @Override
    public void close() {
      cache.close();
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
          cache,
          err);
    } catch (RuntimeException e) {
      sets.close();
      throw e;
    }
  }

  /** For a command that computes no features. */
  void refuseCache(String why) {
    cache.refuse(why);
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
