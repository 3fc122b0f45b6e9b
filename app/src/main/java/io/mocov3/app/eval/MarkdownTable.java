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
