package io.mocov3.app.train;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mocov3 report RUN...}: one self-contained HTML file. */
@Command(
    name = "report",
    description = {
      "Writes one HTML file that needs nothing else: loss, kNN curves, gradients, health, events,"
          + " nearest neighbours and a map of features as pictures. Several runs are laid over each"
          + " other."
    },
    mixinStandardHelpOptions = true)
public final class ReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RUN", arity = "1..*", description = "Directories of runs.")
  private List<Path> runs;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "By default report.html in the run, or here for several.")
  private Path out;

  @Option(
      names = "--no-neighbours",
      description = "Leaves out the pictures, which need the data and the newest checkpoint.")
  private boolean noNeighbours;

  @Override
  public Integer call() {
    Path file = out == null ? standard() : out;
    Reports.write(runs, file, !noNeighbours, spec.commandLine().getErr());
    PrintWriter printer = spec.commandLine().getOut();
    printer.println(file);
    printer.flush();
    return 0;
  }

  private Path standard() {
    Path name = Path.of("report.html");
    return runs.size() == 1 ? runs.getFirst().resolve(name) : name;
  }
}
