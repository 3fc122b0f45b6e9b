package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.evaluation.FewShot;
import io.mocov3.model.evaluation.LinearEvaluation;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 eval few-shot}: the linear probe where few images have labels. */
@Command(
    name = "few-shot",
    description =
        "Trains linear classifiers on the labels of a few training images of each class, several draws"
            + " of each share, and tests them.",
    mixinStandardHelpOptions = true)
public final class EvalFewShotCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Subject subject;
  @Mixin private LinearOptions linear;

  @Option(
      names = "--percent",
      split = ",",
      defaultValue = "1,10",
      description = "Shares of each class's training images: ${DEFAULT-VALUE}")
  private List<Double> percents;

  @Option(names = "--draws", defaultValue = "3", description = "Of each: ${DEFAULT-VALUE}")
  private int draws;

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Override
  public Integer call() {
    SettingsException.requireBetween("--draws", draws, 1, 1000);
    if (percents.stream().anyMatch(percent -> !(percent > 0 && percent <= 100))) {
      throw new SettingsException(
          "--percent %s must be above 0 and at most 100".formatted(percents));
    }
    try (Subject.Open open = subject.open(spec.commandLine().getErr())) {
      LabelledSets sets = subject.sets(open).whole();
      Set<FeatureKind> kinds = linear.kinds(open.encoder().kinds());
      LinearEvaluation evaluation =
          new LinearEvaluation(linear.over(open.settings().linear().options()), open.placement());
      try (Subject.Pair features = open.features(sets, kinds)) {
        FewShot fewShot = new FewShot(evaluation, open.settings().run().seed());
        print(
            percents.stream()
                .map(
                    percent ->
                        fewShot.run(
                            features.train(),
                            features.test(),
                            sets.classes(),
                            percent / 100,
                            draws))
                .toList());
      }
    }
    return 0;
  }

  private void print(List<FewShot.Result> results) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonOutput.print(
          out, Map.of("results", results.stream().map(EvalFewShotCommand::map).toList()));
      return;
    }
    out.printf("%8s  %8s  %8s  %8s%n", "labels", "images", "mean", "std");
    for (FewShot.Result result : results) {
      out.printf(
          "%6.1f %%  %8d  %6.2f %%  %6.2f %%%n",
          100 * result.share(), result.images(), 100 * result.mean(), 100 * result.deviation());
    }
    out.flush();
  }

  private static Map<String, Object> map(FewShot.Result result) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("percent", 100 * result.share());
    map.put("images", result.images());
    map.put("accuracies", result.accuracies());
    map.put("mean", result.mean());
    map.put("std", result.deviation());
    return map;
  }
}
