package io.mocov3.app.train;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.daemon.TrainingAssembly;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.features.MapPicture;
import io.mocov3.app.features.NeighbourPicture;
import io.mocov3.app.output.Escaped;
import io.mocov3.app.output.RunException;
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
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the newest weights of a run make of labelled images, as data URLs for a report. */
record ReportPictures(Path run, PrintWriter err) {
  private static final int MOST_REFERENCES = 5000;
  private static final int FEWEST_IN_A_MAP = 10;

  /** Draws into a file. */
  private interface Drawing {
    void into(Path png);
  }

  /**
   * By the name that the page knows a picture by; none, with the reason told, where data or weights
   * are missing.
   */
  Map<String, String> draw() {
    if (!Files.exists(new RunPaths(run).configFile())) {
      return Map.of();
    }
    try {
      Settings settings = Settings.ofRun(run, RunRecord.WRITE_AGAIN, List.of());
      Threads.configure(settings.threads());
      try (DataSets data = DataSets.forEvaluation(settings, Optional.empty())) {
        Optional<LabelledSets> probe = Probes.sets(settings, data).stream().findFirst();
        return probe.isEmpty() || probe.get().classes() < 2
            ? Map.of()
            : draw(new TrainingAssembly(settings, data), probe.get().with(MOST_REFERENCES));
      }
    } catch (SettingsException | DataException | ModelException e) {
      tell("no pictures of neighbours for " + run + ": " + e.getMessage());
      return Map.of();
    }
  }

  private Map<String, String> draw(TrainingAssembly assembly, LabelledSets probe) {
    Map<String, String> pictures = new LinkedHashMap<>();
    try (Encoder encoder = assembly.encoder();
        Pixels pixels = assembly.pixels()) {
      long step = RunWeights.loadNewest(run, encoder, err);
      byte[] neighbours = png(file -> NeighbourPicture.write(file, probe, encoder, pixels));
      inTensorBoard(step, neighbours);
      pictures.put("neighbours", url(neighbours));
      map(probe, encoder, pixels).ifPresent(png -> pictures.put("map", url(png)));
    }
    return pictures;
  }

  private Optional<byte[]> map(LabelledSets probe, Encoder encoder, Pixels pixels) {
    if (probe.test().source().size() < FEWEST_IN_A_MAP) {
      return Optional.empty();
    }
    try {
      return Optional.of(png(file -> MapPicture.write(file, probe, encoder, pixels)));
    } catch (DataException | ModelException e) {
      tell("no map of features for " + run + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private static byte[] png(Drawing drawing) {
    try {
      Path file = Files.createTempFile("picture", ".png");
      try {
        drawing.into(file);
        return Files.readAllBytes(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new RunException("a picture of the report cannot be written: " + e.getMessage(), e);
    }
  }

  private static String url(byte[] png) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }

  /** TensorBoard has the picture, too; a run that cannot be written is reported all the same. */
  private void inTensorBoard(long step, byte[] png) {
    try {
      Pictures.neighbours(run, step, png);
    } catch (RunException e) {
      tell(e.getMessage());
    }
  }

  private void tell(String line) {
    err.println(Escaped.text(line));
    err.flush();
  }
}
