package io.mocov3.app.eval;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.Bars;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.evaluation.LinearEvaluation;
import io.mocov3.model.evaluation.LinearEvaluation.Candidate;
import io.mocov3.model.evaluation.LinearEvaluation.Result;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 eval linear}: the paper's measure. */
@Command(
    name = "linear",
    description = {
      "Trains linear classifiers on frozen features, for several kinds of features and learning rates at"
          + " once.",
      "The best by held-out training images is trained again on all of them and tested: the test"
          + " images are looked at once."
    },
    mixinStandardHelpOptions = true)
public final class EvalLinearCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Subject subject;
  @Mixin private LinearOptions linear;

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Option(
      names = "--augment",
      description =
          "Trains on a new crop and flip of each image in each epoch, as the reference does: a pass"
              + " of the network each time.")
  private boolean augment;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "With --augment, a folder for checkpoints: the same command goes on there.")
  private Path out;

  @Override
  public Integer call() {
    if (out != null && !augment) {
      throw new SettingsException(
          "--out is for --augment: without it features are computed once and nothing is saved");
    }
    PrintWriter err = spec.commandLine().getErr();
    try (Subject.Open open = subject.open(err)) {
      LabelledSets sets = subject.sets(open).whole();
      Set<FeatureKind> kinds = linear.kinds(open.encoder().kinds());
      LinearEvaluation.Options options = linear.over(open.settings().linear().options());
      Optional<Result> result;
      try (Subject.Pair features = open.features(sets, kinds)) {
        result =
            augment
                ? new AugmentedLinear(open, sets, kinds, options, err)
                    .run(features, Optional.ofNullable(out))
                : Optional.of(onFeatures(open, sets, options, features));
      }
      result.ifPresent(found -> print(found, sets.classes()));
      return result.isPresent()
          ? ExitCode.DONE
          : out == null ? ExitCode.KILLED : ExitCode.INTERRUPTED;
    }
  }

  private static Result onFeatures(
      Subject.Open open,
      LabelledSets sets,
      LinearEvaluation.Options options,
      Subject.Pair features) {
    LinearEvaluation evaluation = new LinearEvaluation(options, open.placement());
    return Bars.under(
        "classifiers",
        done -> evaluation.run(features.train(), features.test(), sets.classes(), done));
  }

  private void print(Result result, int classes) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("results", result.candidates().stream().map(EvalLinearCommand::map).toList());
      document.put("best", result.accuracy());
      document.put("chosen", map(result.chosen()));
      document.put("classes", classes);
      JsonOutput.print(out, document);
      return;
    }
    out.printf("%12s  %13s  %8s%n", "features", "learning rate", "held out");
    for (Candidate candidate : result.candidates()) {
      out.printf(
          "%12s  %13s  %6.2f %%%s%n",
          candidate.features().label(),
          candidate.learningRate(),
          100 * candidate.accuracy(),
          candidate.equals(result.chosen()) ? "  chosen" : "");
    }
    out.printf("test images: %.2f %%%n", 100 * result.accuracy());
    out.flush();
  }

  private static Map<String, Object> map(Candidate candidate) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("features", candidate.features().label());
    map.put("learning_rate", candidate.learningRate());
    map.put("accuracy", candidate.accuracy());
    return map;
  }
}
