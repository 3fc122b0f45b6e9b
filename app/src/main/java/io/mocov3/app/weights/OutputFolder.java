package io.mocov3.app.weights;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.model.IoReason;
import io.mocov3.model.interchange.ImportedWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder for new weights; never one that holds some already. */
final class OutputFolder {
  private OutputFolder() {}

  /** To be called before anything is computed. */
  static void check(Path folder) {
    if (Files.exists(folder.resolve(ImportedWeights.FILE_NAME))) {
      throw new SettingsException(
          folder + " already holds " + ImportedWeights.FILE_NAME + "; give another --out");
    }
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new SettingsException(folder + " is not a folder; give another --out");
    }
  }

  static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new SettingsException(folder + " cannot be created: " + IoReason.of(e), e);
    }
  }
}
