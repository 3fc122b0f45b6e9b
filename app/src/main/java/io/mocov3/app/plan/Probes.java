package io.mocov3.app.plan;

import io.mocov3.actors.evaluation.KnnProbe;
import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.actors.evaluation.LinearProbe;
import io.mocov3.actors.evaluation.Probe;
import io.mocov3.actors.evaluation.ProbeSet;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.model.device.Placement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The probes of an experiment. */
public final class Probes {
  private Probes() {}

  /** The probe batches of the live kNN; none when there are no labels to vote with. */
  public static List<ProbeSet> live(Settings settings, DataSets data) {
    if (data.train().classNames().size() < 2) {
      return List.of();
    }
    Map<String, ImageSource> sources = new LinkedHashMap<>();
    data.test().ifPresent(test -> sources.put(LabelledSets.DEFAULT, test));
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

  /** The labelled sets of the full probes, {@code data.test} first. */
  public static List<LabelledSets> sets(Settings settings, DataSets data) {
    return data.labelled().stream().map(pair -> sets(settings, pair)).toList();
  }

  /** Those of {@code data.train} and {@code data.test}; empty when there are no test images. */
  public static Optional<LabelledSets> test(Settings settings, DataSets data) {
    return sets(settings, data).stream()
        .filter(sets -> sets.name().equals(LabelledSets.DEFAULT))
        .findFirst();
  }

  /** How an evaluation sees images. */
  public static LabelledSets.Framing framing(Settings settings) {
    return new LabelledSets.Framing(
        settings.knn().resize(),
        settings.model().backbone().imageSize(),
        settings.knn().batchSize());
  }

  private static LabelledSets sets(Settings settings, DataSets.Pair pair) {
    Settings.Knn knn = settings.knn();
    return new LabelledSets(
        pair.name(),
        new LabelledSets.Images(pair.train(), knn.trainImages()),
        new LabelledSets.Images(pair.test(), knn.testImages()),
        framing(settings));
  }

  /** What looks at the features of a full probe. */
  public static List<Probe> kinds(Settings settings, Placement placement) {
    List<Probe> kinds = new ArrayList<>();
    kinds.add(new KnnProbe(settings.knn().settings()));
    if (settings.linear().enabled()) {
      kinds.add(new LinearProbe(settings.linear().options(), placement));
    }
    return kinds;
  }

  /** The names of the labelled sets of the full probes. */
  public static Set<String> names(Settings settings) {
    Set<String> names = new HashSet<>();
    settings.data().test().ifPresent(test -> names.add(LabelledSets.DEFAULT));
    settings.probes().forEach(pair -> names.add(pair.name()));
    return names;
  }

  /** The name of the set by which checkpoints are rated. */
  public static String leading(Settings settings) {
    return settings.data().test().isEmpty() && !settings.probes().isEmpty()
        ? settings.probes().getFirst().name()
        : LabelledSets.DEFAULT;
  }
}
