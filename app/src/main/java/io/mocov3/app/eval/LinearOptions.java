package io.mocov3.app.eval;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.evaluation.LinearEvaluation;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/**
 * How linear classifiers are trained: the experiment's {@code evaluation.linear}, but for these.
 */
final class LinearOptions {
  private static final int MOST_EPOCHS = 10_000;

  @Option(
      names = "--features",
      split = ",",
      paramLabel = "KIND",
      description = "pooled, patch-mean, last-four; all that the network has by default.")
  private List<String> features = List.of();

  @Option(
      names = "--learning-rate",
      split = ",",
      paramLabel = "RATE",
      description =
          "For a batch of 256; several are trained at once. evaluation.linear's by default.")
  private List<Double> rates = List.of();

  @Option(names = "--epochs", description = "evaluation.linear's by default.")
  private int epochs;

  LinearEvaluation.Options over(LinearEvaluation.Options experiment) {
    if (rates.stream().anyMatch(rate -> !(rate > 0 && rate <= 1e6))) {
      throw new SettingsException("--learning-rate %s must be above 0".formatted(rates));
    }
    SettingsException.requireBetween("--epochs", epochs, 0, MOST_EPOCHS);
    return new LinearEvaluation.Options(
        rates.isEmpty() ? experiment.learningRates() : rates,
        epochs == 0 ? experiment.epochs() : epochs,
        experiment.batchSize(),
        experiment.validation(),
        experiment.normalised(),
        experiment.seed());
  }

  /** Some of what the network has. */
  Set<FeatureKind> kinds(Set<FeatureKind> all) {
    if (features.isEmpty()) {
      return all;
    }
    Set<FeatureKind> chosen = EnumSet.noneOf(FeatureKind.class);
    for (String label : features) {
      chosen.add(
          FeatureKind.of(label)
              .filter(all::contains)
              .orElseThrow(
                  () ->
                      new SettingsException(
                          "--features %s: this network has %s"
                              .formatted(
                                  label,
                                  Arrays.stream(FeatureKind.values())
                                      .filter(all::contains)
                                      .map(FeatureKind::label)
                                      .collect(Collectors.joining(", "))))));
    }
    return chosen;
  }
}
