package io.mocov3.app.settings;

import com.typesafe.config.Config;
import io.mocov3.app.conf.ExperimentFile;
import io.mocov3.app.conf.Layers;
import io.mocov3.app.conf.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code config.conf} in the directory of a run: the settings that it trains with. */
public final class RunRecord {
  public static final String FILE_NAME = "config.conf";

  /** What to do where the record alone says what the run was. */
  public static final String WRITE_AGAIN =
      "or remove it and train the run on with its experiment, which writes it again";

  private RunRecord() {}

  /**
   * Reads it as it was written, without the defaults.
   *
   * @param remedy what to do besides restoring the file, as the end of a sentence
   * @throws SettingsException in one line
   */
  public static Config parse(Path directory, String remedy) {
    Path file = directory.resolve(FILE_NAME);
    if (!Files.exists(file)) {
      throw new SettingsException(
          directory + " is not the directory of a run: it has no " + FILE_NAME);
    }
    try {
      Config record = ExperimentFile.parse(file);
      if (!record.hasPath(Layers.ROOT)) {
        throw new SettingsException(file + " holds no settings");
      }
      return record;
    } catch (SettingsException e) {
      throw new SettingsException(
          "%s; it is the record of the run's settings: restore it, %s"
              .formatted(e.getMessage(), remedy),
          e);
    }
  }
}
