package io.mocov3.app.eval;

import io.mocov3.model.exactness.FixtureResult;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedSet;

/** Fixtures by quantities, in the form that docs/exactness.md shows. */
final class MarkdownTable {
  private MarkdownTable() {}

  /** A table for each kind of fixture, since each has quantities of its own. */
  static void print(PrintWriter out, List<FixtureResult> results) {
    SequencedSet<String> kinds = new LinkedHashSet<>();
    results.forEach(result -> kinds.add(result.kind()));
    for (String kind : kinds) {
      print(out, kind, results.stream().filter(result -> result.kind().equals(kind)).toList());
    }
    out.flush();
  }

  private static void print(PrintWriter out, String kind, List<FixtureResult> results) {
    if (kind.equals(ExactnessCommand.AUGMENT)) {
      results.forEach(result -> printOperations(out, result));
      return;
    }
    SequencedSet<String> quantities = new LinkedHashSet<>();
    results.forEach(result -> quantities.addAll(result.quantities().keySet()));
    out.printf("%n### %s%n%n| fixture | in |", kind);
    quantities.forEach(quantity -> out.printf(" %s |", quantity));
    out.printf("%n|---|---|%s%n", "---:|".repeat(quantities.size()));
    for (FixtureResult result : results) {
      out.printf("| %s | %s |", result.fixture(), result.precision());
      quantities.forEach(quantity -> out.printf(" %s |", cell(result, quantity)));
      out.println();
    }
  }

  /** A line for each operation: the worst case by mean and by 99th percentile, unit 1/255. */
  private static void printOperations(PrintWriter out, FixtureResult result) {
    out.printf(
        "%n### %s%n%n| operation | mean | at most | p99 | at most | worst |%n", result.fixture());
    out.printf("|---|---:|---:|---:|---:|---|%n");
    for (String name : result.quantities().keySet()) {
      if (name.endsWith(".mean")) {
        String operation = name.substring(0, name.length() - ".mean".length());
        FixtureResult.Quantity mean = result.quantities().get(name);
        FixtureResult.Quantity p99 = result.quantities().get(operation + ".p99");
        out.printf(
            Locale.ROOT,
            "| %s | %.3f | %.2f | %.0f | %.0f | %s |%n",
            operation,
            mean.deviation(),
            mean.tolerance(),
            p99.deviation(),
            p99.tolerance(),
            mean.worst());
      }
    }
  }

  /** Bold where the tolerance is exceeded, in brackets where the fixture sets none. */
  private static String cell(FixtureResult result, String quantity) {
    FixtureResult.Quantity value = result.quantities().get(quantity);
    if (value == null) {
      return "";
    }
    String number = String.format(Locale.ROOT, "%.1e", value.deviation());
    if (value.tolerance() < 0) {
      return "(" + number + ")";
    }
    return value.pass() ? number : "**" + number + "**";
  }
}
