package io.mocov3.app.train;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.daemon.TrainingAssembly;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.features.NeighbourPicture;
import io.mocov3.app.output.Escaped;
import io.mocov3.app.output.RunException;
import io.mocov3.app.page.ReportPage;
import io.mocov3.app.page.RunHistory;
import io.mocov3.app.plan.Probes;
import io.mocov3.app.run.RunPaths;
import io.mocov3.app.settings.RunRecord;
import io.mocov3.app.settings.Settings;
import io.mocov3.app.tensorboard.Pictures;
import io.mocov3.app.weights.RunWeights;
import io.mocov3.augment.DataException;
import io.mocov3.model.ModelException;
import io.mocov3.model.device.Threads;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.tensor.Pixels;
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

/** Writes the report of one run or of several. */
final class Reports {
  private static final int MOST_REFERENCES = 5000;

  private Reports() {}

  /**
   * Writes {@code file}; pictures of neighbours that cannot be had are a line on {@code err}.
   *
   * @throws SettingsException when a directory is not that of a run
   */
  static void write(List<Path> runs, Path file, boolean pictures, PrintWriter err) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Path run : runs) {
      if (!Files.exists(new RunPaths(run).metrics())) {
        throw new SettingsException(
            run + " is not the directory of a run that has begun: it has no metrics.jsonl");
      }
      Map<String, Object> history = new LinkedHashMap<>(RunHistory.of(run).snapshot());
      history.put("name", run.toAbsolutePath().normalize().getFileName().toString());
      if (pictures) {
        neighbours(run, err).ifPresent(picture -> history.put("neighbours", picture));
      }
      all.add(history);
    }
    try {
      Files.writeString(file, ReportPage.of(all));
    } catch (IOException e) {
      throw new RunException("the report %s cannot be written: %s".formatted(file, e), e);
    }
  }

  /** As a data URL; absent, with the reason told, where data or weights are. */
  private static Optional<String> neighbours(Path run, PrintWriter err) {
    RunPaths paths = new RunPaths(run);
    if (!Files.exists(paths.configFile())) {
      return Optional.empty();
    }
    try {
      Settings settings = Settings.ofRun(run, RunRecord.WRITE_AGAIN, List.of());
      Threads.configure(settings.threads());
      try (DataSets data = DataSets.open(settings.data())) {
        TrainingAssembly assembly = new TrainingAssembly(settings, data);
        Optional<LabelledSets> probe = Probes.test(settings, data);
        if (probe.isEmpty() || data.train().classNames().size() < 2) {
          return Optional.empty();
        }
        return Optional.of(picture(run, assembly, probe.get().with(MOST_REFERENCES), err));
      }
    } catch (SettingsException | DataException | ModelException e) {
      err.println(Escaped.text("no pictures of neighbours for " + run + ": " + e.getMessage()));
      err.flush();
      return Optional.empty();
    }
  }

  /** TensorBoard has the picture, too; a run that cannot be written is reported all the same. */
  private static void pictured(Path run, long step, byte[] png, PrintWriter err) {
    try {
      Pictures.neighbours(run, step, png);
    } catch (RunException e) {
      err.println(Escaped.text(e.getMessage()));
    }
  }

  private static String picture(
      Path run, TrainingAssembly assembly, LabelledSets probe, PrintWriter err) {
    try (Encoder encoder = assembly.encoder();
        Pixels pixels = assembly.pixels()) {
      Path file = Files.createTempFile("neighbours", ".png");
      try {
        long step = RunWeights.loadNewest(run, encoder, err);
        NeighbourPicture.write(file, probe, encoder, pixels);
        byte[] png = Files.readAllBytes(file);
        pictured(run, step, png, err);
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new RunException("the picture of neighbours cannot be written: " + e.getMessage(), e);
    }
  }
}
