package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.features.FeatureFile;
import io.mocov3.app.output.Bars;
import io.mocov3.app.plan.Probes;
import io.mocov3.app.plan.Workers;
import io.mocov3.app.settings.Settings;
import io.mocov3.app.weights.WeightsOptions;
import io.mocov3.augment.dataset.ImageSources;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Threads;
import io.mocov3.model.evaluation.LabelledFeatures;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.Pixels;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.global.torch.ScalarType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 features}: what the backbone makes of images, for other programs. */
@Command(
    name = "features",
    description = {
      "Writes the features of images with their ids and, where there are any, labels.",
      ".parquet has all in one file, a column for each number; .npy has a CSV with ids and labels beside"
          + " it."
    },
    mixinStandardHelpOptions = true)
public final class FeaturesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private WeightsOptions weights;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      description = "Images: a folder, a list, shards; the experiment's data.train by default.")
  private String data;

  @Option(
      names = "--format",
      defaultValue = "auto",
      description = "Of --data: auto, folder, image-folder, list, idx, cifar-binary or webdataset.")
  private String format;

  @Option(
      names = "--features",
      paramLabel = "KIND",
      defaultValue = "pooled",
      description = "pooled, patch-mean or last-four: ${DEFAULT-VALUE}")
  private String kind;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "FILE.parquet or FILE.npy.")
  private Path out;

  @Mixin private FeatureCache cache;

  @Override
  public Integer call() {
    FeatureFile.requireKnown(out);
    Settings settings = weights.settings();
    Threads.configure(settings.threads());
    Placement placement = Placement.of(settings.device(), ScalarType.Float);
    try (ImageSource source = images(settings);
        Encoder encoder = weights.encoder(settings, placement, spec.commandLine().getErr());
        Pixels pixels = new Pixels(placement, settings.mean(), settings.std());
        Workers workers = Workers.start(settings);
        FeatureCache kept = cache) {
      FeatureKind wanted =
          FeatureKind.of(kind)
              .filter(encoder.kinds()::contains)
              .orElseThrow(
                  () ->
                      new SettingsException(
                          "--features %s: this network has %s"
                              .formatted(
                                  kind,
                                  encoder.kinds().stream().map(FeatureKind::label).toList())));
      long widest =
          settings.model().backbone().width() * (wanted == FeatureKind.LAST_FOUR ? 4L : 1);
      FeatureFile.requireWritable(out, source.size() * widest);
      LabelledSets.Images all = new LabelledSets.Images(source, 0);
      LabelledSets sets =
          new LabelledSets(LabelledSets.DEFAULT, all, all, Probes.framing(settings));
      try (LabelledFeatures features =
          Bars.under(
              "features",
              done ->
                  sets.features(
                          all,
                          pixels,
                          x -> encoder.features(x, Set.of(wanted)),
                          workers,
                          kept.kept(settings, encoder, sets, all, Set.of(wanted)),
                          done)
                      .get(wanted))) {
        report(features, new FeatureFile(out, source, features).write());
      }
    }
    return 0;
  }

  private void report(LabelledFeatures features, Path names) {
    spec.commandLine()
        .getOut()
        .printf(
            "%d images, %d numbers each: %s%s%n",
            features.size(),
            features.width(),
            out,
            names.equals(out) ? "" : ", ids and labels in " + names);
    spec.commandLine().getOut().flush();
  }

  private ImageSource images(Settings settings) {
    return data == null
        ? DataSets.training(settings)
        : ImageSources.open(data, DataFormat.parse(format), settings.data().sources());
  }
}
