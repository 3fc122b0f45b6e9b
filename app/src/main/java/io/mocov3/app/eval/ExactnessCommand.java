package io.mocov3.app.eval;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.launch.LocalRanks;
import io.mocov3.app.output.Escaped;
import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.JsonOutput;
import io.mocov3.app.plan.Plans;
import io.mocov3.augment.exactness.AugmentFixture;
import io.mocov3.augment.exactness.CaseResult;
import io.mocov3.model.ModelException;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Threads;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.distributed.Ranks;
import io.mocov3.model.distributed.Rendezvous;
import io.mocov3.model.exactness.FixtureResult;
import io.mocov3.model.exactness.FixtureResult.Quantity;
import io.mocov3.model.exactness.Fixtures;
import io.mocov3.model.exactness.Fixtures.Width;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mocov3 exactness}: deviations from what PyTorch and Pillow compute. */
@Command(
    name = "exactness",
    description = "Runs reference fixtures; exit code 1 when a tolerance is exceeded.",
    mixinStandardHelpOptions = true)
public final class ExactnessCommand implements Callable<Integer> {
  /** The kind of the fixtures of image operations. */
  static final String AUGMENT = "augment";

  private static final int MOST_MICRO_BATCHES = 65_536;
  private static final int MOST_RANKS = 64;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", arity = "1..*", description = "Folders of fixtures.")
  private List<Path> folders;

  @Option(names = "--precision", description = "${COMPLETION-CANDIDATES}; both by default.")
  private Width precision;

  @Option(names = "--device", defaultValue = "cpu", description = "cpu, cuda:N or auto.")
  private String device;

  @Option(
      names = "--micro-batches",
      defaultValue = "1",
      description = "Parts of a batch that the backbone sees one after the other: 1.")
  private int microBatches;

  @Option(
      names = "--ranks",
      defaultValue = "1",
      description = "Processes over which the batch of a step is cut: 1.")
  private int size;

  @Option(names = "--json", description = "Prints one JSON document.")
  private boolean json;

  @Option(names = "--markdown", description = "Prints one table: a line for each fixture.")
  private boolean markdown;

  @Override
  public Integer call() throws InterruptedException {
    SettingsException.requireBetween("--micro-batches", microBatches, 1, MOST_MICRO_BATCHES);
    SettingsException.requireBetween("--ranks", size, 1, MOST_RANKS);
    Ranks ranks = Ranks.of(System.getenv());
    if (size > 1 && ranks.isAlone()) {
      return inRanks();
    }
    Threads.configure(ranks.threads(0));
    Placement placement = Plans.placement(device, ranks);
    Group group = new Rendezvous(PATIENCE, PATIENCE).meet(ranks, placement);
    List<FixtureResult> results = new ArrayList<>();
    for (Path folder : folders) {
      results.addAll(run(folder, new Fixtures.Way(placement.device(), microBatches, group)));
    }
    return group.leads() ? print(results) : ExitCode.DONE;
  }

  /** The first rank does what the command does alone; the others only compute. */
  private int inRanks() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    LocalRanks ranks =
        LocalRanks.start(
            size,
            spec.root().commandLine().getParseResult().originalArgs(),
            (rank, error, line) -> {
              if (rank == 0) {
                (error ? err : out).println(line);
              }
            });
    int code = ranks.await(PATIENCE).getFirst();
    out.flush();
    err.flush();
    return code;
  }

  private int print(List<FixtureResult> results) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonOutput.print(out, results.stream().map(ExactnessCommand::document).toList());
    } else if (markdown) {
      MarkdownTable.print(out, results);
    } else {
      results.forEach(result -> print(out, result));
      long failed = results.stream().filter(result -> !result.pass()).count();
      out.printf("%d passed, %d failed%n", results.size() - failed, failed);
      out.flush();
    }
    return results.stream().allMatch(FixtureResult::pass) ? ExitCode.DONE : ExitCode.CHECK_FAILED;
  }

  private List<FixtureResult> run(Path folder, Fixtures.Way way) {
    if (Files.isRegularFile(folder.resolve("augment.json"))) {
      return List.of(augment(folder));
    }
    if (!Fixtures.isFixture(folder)) {
      throw new ModelException(folder + " holds no fixture.json and no augment.json");
    }
    List<Width> widths = precision == null ? List.of(Width.values()) : List.of(precision);
    return widths.stream().map(width -> Fixtures.run(folder, width, way)).distinct().toList();
  }

  /** Image operations are compared by mean and 99th percentile of the difference, in 1/255. */
  private static FixtureResult augment(Path folder) {
    Map<String, Quantity> quantities = new LinkedHashMap<>();
    for (CaseResult result : AugmentFixture.run(folder)) {
      worse(quantities, result.op() + ".mean", result.mean(), result.toleranceMean(), result.id());
      worse(quantities, result.op() + ".p99", result.p99(), result.toleranceP99(), result.id());
    }
    return new FixtureResult(folder.getFileName().toString(), AUGMENT, "uint8", "cpu", quantities);
  }

  private static void worse(
      Map<String, Quantity> quantities, String name, double value, double tolerance, String id) {
    Quantity before = quantities.get(name);
    if (before == null || value > before.deviation()) {
      quantities.put(name, new Quantity(value, tolerance, id));
    }
  }

  private static Map<String, Object> document(FixtureResult result) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("fixture", result.fixture());
    document.put("kind", result.kind());
    document.put("precision", result.precision());
    document.put("device", result.device());
    document.put("pass", result.pass());
    Map<String, Object> quantities = new LinkedHashMap<>();
    result
        .quantities()
        .forEach(
            (name, quantity) -> {
              Map<String, Object> fields = new LinkedHashMap<>();
              fields.put("deviation", quantity.deviation());
              fields.put("tolerance", quantity.tolerance() < 0 ? null : quantity.tolerance());
              fields.put("worst", quantity.worst());
              quantities.put(name, fields);
            });
    document.put("quantities", quantities);
    return document;
  }

  private static void print(PrintWriter out, FixtureResult result) {
    out.printf(
        "%s  %s  %s  %s  %s%n",
        result.pass() ? "pass" : "FAIL",
        Escaped.text(result.fixture()),
        Escaped.text(result.kind()),
        result.precision(),
        result.device());
    result
        .quantities()
        .forEach(
            (name, quantity) ->
                out.printf(
                    "  %-4s %-22s %10.3g   tolerance %8s   %s%n",
                    quantity.pass() ? "" : "FAIL",
                    Escaped.text(name),
                    quantity.deviation(),
                    quantity.tolerance() < 0 ? "none" : "%.2g".formatted(quantity.tolerance()),
                    Escaped.text(quantity.worst())));
    out.flush();
  }
}
