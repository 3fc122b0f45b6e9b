package io.mocov3.app.train;

import io.mocov3.actors.KnnProbe;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.page.ReportPage;
import io.mocov3.app.page.RunHistory;
import io.mocov3.app.run.RunException;
import io.mocov3.app.run.RunPaths;
import io.mocov3.app.settings.Settings;
import io.mocov3.app.settings.SettingsException;
import io.mocov3.app.weights.RunWeights;
import io.mocov3.augment.DataException;
import io.mocov3.model.Encoder;
import io.mocov3.model.ModelException;
import io.mocov3.model.Pixels;
import io.mocov3.model.Threads;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
      "Writes one HTML file that needs nothing else: loss, kNN curves, gradients, health, events and",
      "nearest neighbours as pictures. Several runs are laid over each other."
    },
    mixinStandardHelpOptions = true)
public final class ReportCommand implements Callable<Integer> {
  private static final int MOST_REFERENCES = 5000;

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
    List<Map<String, Object>> all = new ArrayList<>();
    for (Path run : runs) {
      if (!Files.exists(new RunPaths(run).metrics())) {
        throw new SettingsException(
            run + " is not the directory of a run that has begun: it has no metrics.jsonl");
      }
      Map<String, Object> history = new LinkedHashMap<>(RunHistory.of(run).snapshot());
      history.put("name", run.toAbsolutePath().normalize().getFileName().toString());
      neighbours(run).ifPresent(picture -> history.put("neighbours", picture));
      all.add(history);
    }
    Path file =
        out != null
            ? out
            : runs.size() == 1 ? runs.getFirst().resolve("report.html") : Path.of("report.html");
    try {
      Files.writeString(file, ReportPage.of(all));
    } catch (IOException e) {
      throw new RunException("--out %s cannot be written: %s".formatted(file, e), e);
    }
    PrintWriter printer = spec.commandLine().getOut();
    printer.println(file);
    printer.flush();
    return 0;
  }

  /** As a data URL; absent, with the reason told, where data or weights are. */
  private Optional<String> neighbours(Path run) {
    RunPaths paths = new RunPaths(run);
    if (noNeighbours || !Files.exists(paths.configFile())) {
      return Optional.empty();
    }
    PrintWriter err = spec.commandLine().getErr();
    try {
      Settings settings = Settings.load(paths.configFile(), List.of());
      Threads.configure(settings.threads());
      try (DataSets data = DataSets.open(settings.data())) {
        TrainingAssembly assembly = new TrainingAssembly(settings, data);
        Optional<KnnProbe> probe = Probes.knn(settings, data);
        if (probe.isEmpty() || data.train().classNames().size() < 2) {
          return Optional.empty();
        }
        return Optional.of(picture(run, assembly, probe.get().with(MOST_REFERENCES), err));
      }
    } catch (SettingsException | DataException | ModelException e) {
      err.println("no pictures of neighbours for " + run + ": " + e.getMessage());
      err.flush();
      return Optional.empty();
    }
  }

  private static String picture(
      Path run, TrainingAssembly assembly, KnnProbe probe, PrintWriter err) {
    try (Encoder encoder = assembly.encoder();
        Pixels pixels = assembly.pixels()) {
      Path file = Files.createTempFile("neighbours", ".png");
      try {
        RunWeights.loadNewest(run, encoder, err);
        NeighbourPicture.write(file, probe, encoder, pixels);
        return "data:image/png;base64,"
            + Base64.getEncoder().encodeToString(Files.readAllBytes(file));
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new RunException("the picture of neighbours cannot be written: " + e.getMessage(), e);
    }
  }
}
