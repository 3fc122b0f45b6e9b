package io.mocov3.augment.batch;

import com.fasterxml.jackson.databind.JsonNode;

/** Two-sample chi-square test of histograms, as the reference's distributions describe it. */
public final class ChiSquare {
  private static final int SMALLEST_BIN = 20;

  private ChiSquare() {}

  /** The probability of a statistic at least this large when both samples are alike. */
  public static double probability(long[] ours, JsonNode theirs) {
    long totalOurs = 0;
    long totalTheirs = 0;
    for (int i = 0; i < ours.length; i++) {
      totalOurs += ours[i];
      totalTheirs += theirs.get(i).asLong();
    }
    double ratio = Math.sqrt((double) totalTheirs / totalOurs);
    double statistic = 0;
    int bins = 0;
    long a = 0;
    long b = 0;
    for (int i = 0; i < ours.length; i++) {
      a += ours[i];
      b += theirs.get(i).asLong();
      if (a + b >= SMALLEST_BIN) {
        double difference = a * ratio - b / ratio;
        statistic += difference * difference / (a + b);
        bins++;
        a = 0;
        b = 0;
      }
    }
    return upperTail(statistic, bins - 1);
  }

  /** Wilson and Hilferty's normal approximation, good to a few percent here. */
  private static double upperTail(double statistic, int degrees) {
    double variance = 2.0 / (9 * degrees);
    double z = (Math.cbrt(statistic / degrees) - (1 - variance)) / Math.sqrt(variance);
    return normalUpperTail(z);
  }

  private static double normalUpperTail(double z) {
    if (z < 0) {
      return 1 - normalUpperTail(-z);
    }
    double t = 1 / (1 + 0.2316419 * z);
    double polynomial =
        t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return polynomial * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  }
}
