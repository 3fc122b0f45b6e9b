package io.mocov3.app.settings;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.settings.Settings.LabelledPair;
import io.mocov3.app.settings.Settings.Linear;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.model.evaluation.LinearEvaluation;
import java.util.List;
import java.util.Set;

/** Reads {@code evaluation.probes} and {@code evaluation.linear}. */
final class ProbeSections {
  private static final Set<String> PAIR_KEYS = Set.of("name", "train", "test", "format");

  private ProbeSections() {}

  static List<LabelledPair> pairs(Section evaluation) {
    List<LabelledPair> pairs =
        evaluation.sections("probes", PAIR_KEYS).stream().map(ProbeSections::pair).toList();
    evaluation.check(
        "probes",
        "a list of sets with different names",
        pairs.stream().map(LabelledPair::name).distinct().count() == pairs.size());
    return pairs;
  }

  private static LabelledPair pair(Section probe) {
    String name = probe.name("name");
    probe.check(
        "name", "another name than test, which is data.test", !name.equals(LabelledSets.DEFAULT));
    return new LabelledPair(
        name,
        probe.nonEmptyPath("train"),
        probe.nonEmptyPath("test"),
        probe.has("format") ? probe.choice("format", DataFormat.class) : DataFormat.AUTO);
  }

  static Linear linear(Section linear, long seed) {
    List<Double> rates = linear.numbers("learning-rates", 0, 1e-6, 1e6);
    return new Linear(
        linear.flag("enabled"),
        new LinearEvaluation.Options(
            rates,
            linear.integer("epochs", 1, 10_000),
            linear.integer("batch-size", 2, 1_000_000),
            linear.number("validation", 0.01, 0.5),
            linear.flag("batch-norm"),
            seed));
  }
}
