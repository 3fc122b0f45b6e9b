package io.mocov3.metrics;

import java.util.Locale;

/**
 * A number that says how a representation is, every few steps. What is declared here is in the
 * scrape, in {@code metrics.jsonl}, on the page and in the report.
 */
public enum Signal {
  FEATURE_STD(
      "mocov3.feature.std",
      "feature standard deviation",
      "Standard deviation of normalised features, mean over dimensions."),
  ALIGNMENT("mocov3.alignment", "alignment", "Squared distance of positive pairs."),
  UNIFORMITY("mocov3.uniformity", "uniformity", "Logarithm of the mean Gaussian potential."),
  EFFECTIVE_RANK("mocov3.effective.rank", "effective rank", "Effective rank of the features."),
  POSITIVE_SIMILARITY(
      "mocov3.positive.similarity", "positive similarity", "Cosine of a query and its own key."),
  NEGATIVE_SIMILARITY(
      "mocov3.negative.similarity", "negative similarity", "Cosine of a query and other keys."),
  CONTRASTIVE_ACCURACY(
      "mocov3.contrastive.accuracy.ratio",
      "contrastive accuracy",
      "Queries whose nearest key is their own."),
  QUERY_KEY_DRIFT(
      "mocov3.query.key.drift.ratio",
      "query-key drift",
      "Distance of the momentum encoder's weights from the base encoder's.");

  private final String meter;
  private final String title;
  private final String help;

  Signal(String meter, String title, String help) {
    this.meter = meter;
    this.title = title;
    this.help = help;
  }

  /** Its name in files. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its name for people. */
  public String title() {
    return title;
  }

  String meter() {
    return meter;
  }

  String help() {
    return help;
  }
}
