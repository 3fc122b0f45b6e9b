package io.mocov3.app.train;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.output.RunException;
import io.mocov3.app.page.ReportPage;
import io.mocov3.app.page.RunHistory;
import io.mocov3.app.run.RunPaths;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the report of one run or of several. */
final class Reports {
  private Reports() {}

  /**
   * Writes {@code file}; pictures that cannot be had are a line on {@code err}.
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
        history.putAll(new ReportPictures(run, err).draw());
      }
      all.add(history);
    }
    try {
      Files.writeString(file, ReportPage.of(all));
    } catch (IOException e) {
      throw new RunException("the report %s cannot be written: %s".formatted(file, e), e);
    }
  }
}
