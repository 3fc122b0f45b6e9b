package io.mocov3.app.plan;

import io.mocov3.actors.evaluation.KnnProbe;
import io.mocov3.actors.evaluation.ProbeSet;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.source.ImageSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kNN probe of an experiment. */
public final class Probes {
  private Probes() {}

  /** The probe batches of the live kNN; none when there are no labels to vote with. */
  public static List<ProbeSet> live(Settings settings, DataSets data) {
    if (data.train().classNames().size() < 2) {
      return List.of();
    }
    Map<String, ImageSource> sources = new LinkedHashMap<>();
    data.test().ifPresent(test -> sources.put(KnnProbe.PROBE, test));
    sources.putAll(data.probes());
    return sources.entrySet().stream()
        .map(
            probe ->
                new ProbeSet(
                    probe.getKey(),
                    probe.getValue(),
                    settings.live().images(),
                    settings.knn().resize(),
                    settings.model().backbone().imageSize()))
        .toList();
  }

  /** Empty when there are no test images. */
  public static Optional<KnnProbe> knn(Settings settings, DataSets data) {
    Settings.Knn knn = settings.knn();
    return data.test()
        .map(
            test ->
                new KnnProbe(
                    new KnnProbe.Images(data.train(), knn.trainImages()),
                    new KnnProbe.Images(test, knn.testImages()),
                    new KnnProbe.Framing(
                        knn.resize(), settings.model().backbone().imageSize(), knn.batchSize()),
                    knn.settings()));
  }
}
