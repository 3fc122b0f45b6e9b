package io.mocov3.metrics;

/** Reads a scrape in the Prometheus text format. */
final class Samples {
  private Samples() {}

  /** The value of a sample without labels. */
  static double value(String scrape, String name) {
    return scrape
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }
}
