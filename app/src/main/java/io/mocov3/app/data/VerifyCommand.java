package io.mocov3.app.data;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.Bars;
import io.mocov3.app.output.Escaped;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Checksums;
import io.mocov3.augment.source.DataScan;
import io.mocov3.augment.source.DataScan.Report;
import io.mocov3.augment.source.ImageSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mocov3 data verify DATA}. */
@Command(
    name = "verify",
    description = "Decodes every image and reports; exit code 1 when some are bad.",
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  private static final int SHOWN = 20;

  @Spec private CommandSpec spec;
  @Mixin private SourceParameters data;

  @Option(names = "--threads", defaultValue = "0", description = "0 takes one for each core.")
  private int threads;

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Option(
      names = "--write-list",
      paramLabel = "FILE.csv",
      description = "Writes path, label and sha256 of every good file, for data.format = list.")
  private Path list;

  @Override
  public Integer call() {
    SettingsException.requireBetween("--threads", threads, 0, 1024);
    int workers = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    try (ImageSource source = data.open()) {
      Report report = scan(source, workers);
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        JsonOutput.print(out, document(report));
      } else {
        print(out, report);
      }
      if (list != null) {
        writeList(source, report);
      }
      return report.bad().isEmpty() ? 0 : 1;
    }
  }

  private Report scan(ImageSource source, int workers) {
    try (ProgressBar bar = Bars.of("verify", source.size())) {
      return DataScan.scan(source, workers, bar::stepBy);
    }
  }

  private static Map<String, Object> document(Report report) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("images", report.images());
    document.put("bad", report.bad().size());
    document.put("bad_by_reason", report.badByReason());
    document.put(
        "bad_images",
        report.bad().stream()
            .map(bad -> Map.of("id", bad.id(), "reason", bad.reason().label(), "why", bad.detail()))
            .toList());
    document.put("duplicates", report.duplicates());
    document.put("short_sides", report.shortSides());
    document.put("median_short_side", report.medianShortSide());
    return document;
  }

  private static void print(PrintWriter out, Report report) {
    out.printf("%-12s %d%n", "images", report.images());
    out.printf("%-12s %d %s%n", "bad", report.bad().size(), named(report.badByReason()));
    report.bad().stream()
        .limit(SHOWN)
        .forEach(
            bad ->
                out.printf(
                    "  %s  %s: %s%n",
                    Escaped.text(bad.id()), bad.reason().label(), Escaped.text(bad.detail())));
    if (report.bad().size() > SHOWN) {
      out.printf("  and %d more; --json names them all%n", report.bad().size() - SHOWN);
    }
    int same = report.duplicates().stream().mapToInt(group -> group.size() - 1).sum();
    out.printf("%-12s %d%n", "duplicates", same);
    for (List<String> group : report.duplicates().stream().limit(SHOWN).toList()) {
      out.printf("  %s%n", Escaped.text(String.join("  =  ", group)));
    }
    out.printf("%-12s median %d pixels%n", "short side", report.medianShortSide());
    int most = report.shortSides().values().stream().mapToInt(count -> count).max().orElse(1);
    report
        .shortSides()
        .forEach(
            (range, count) ->
                out.printf(
                    "  %-13s %9d  %s%n",
                    range, count, "#".repeat((int) Math.ceil(40.0 * count / most))));
    out.flush();
  }

  private static String named(Map<String, Integer> reasons) {
    return reasons.isEmpty() ? "" : reasons.toString();
  }

  private void writeList(ImageSource source, Report report) {
    List<String> bad = report.bad().stream().map(one -> one.id()).toList();
    Set<String> left = new HashSet<>(bad);
    Path folder = list.toAbsolutePath().normalize().getParent();
    try (Writer writer = Files.newBufferedWriter(list, StandardCharsets.UTF_8);
        CSVPrinter csv = new CSVPrinter(writer, CSVFormat.DEFAULT)) {
      csv.printRecord("path", "label", "sha256");
      for (int i = 0; i < source.size(); i++) {
        if (left.contains(source.id(i))) {
          continue;
        }
        Path file =
            source
                .file(i)
                .orElseThrow(
                    () ->
                        new DataException(
                            data.location
                                + " does not keep an image in a file of its own;"
                                + " --write-list needs a folder or a list"));
        Path relative = folder.relativize(file.toAbsolutePath().normalize());
        String label = source.className(i);
        csv.printRecord(relative, label, Checksums.sha256(file));
      }
    } catch (IOException failure) {
      throw new DataException(list + " cannot be written: " + failure.getMessage(), failure);
    }
  }
}
