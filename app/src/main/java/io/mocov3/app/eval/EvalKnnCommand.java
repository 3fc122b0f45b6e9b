package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.KnnProbe;
import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.backbone.FeatureKind;
import java.io.PrintWriter;
import java.util.ArrayList;
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

/** {@code mocov3 eval knn}: the weighted kNN classifier on backbone features. */
@Command(
    name = "knn",
    description = "Classifies test images by their nearest training images in feature space.",
    mixinStandardHelpOptions = true)
public final class EvalKnnCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private Subject subject;

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Override
  public Integer call() {
    Set<FeatureKind> kinds = Set.of(FeatureKind.POOLED);
    try (Subject.Open open = subject.open(spec.commandLine().getErr())) {
      LabelledSets sets = subject.sets(open);
      try (Subject.Pair features = open.features(sets, kinds)) {
        KnnProbe probe = new KnnProbe(open.settings().knn().settings());
        print(
            probe.accuracies(
                sets,
                features.train().get(FeatureKind.POOLED),
                features.test().get(FeatureKind.POOLED)));
      }
    }
    return 0;
  }

  private void print(List<KnnAccuracy> accuracies) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      List<Map<String, Object>> results = new ArrayList<>();
      for (KnnAccuracy accuracy : accuracies) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("k", accuracy.k());
        result.put("temperature", accuracy.temperature());
        result.put("accuracy", accuracy.accuracy());
        results.add(result);
      }
      JsonOutput.print(out, Map.of("results", results));
      return;
    }
    out.printf("%6s  %11s  %8s%n", "k", "temperature", "accuracy");
    for (KnnAccuracy accuracy : accuracies) {
      out.printf(
          "%6d  %11s  %7.2f %%%n", accuracy.k(), accuracy.temperature(), 100 * accuracy.accuracy());
    }
    out.flush();
  }
}
