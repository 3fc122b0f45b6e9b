package io.mocov3.app.run;

import io.mocov3.actors.control.PauseMark;
import io.mocov3.app.output.RunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The file {@code paused} of a run, which is there while the training is paused. */
public final class PauseFile implements PauseMark {
  private static final String TEXT =
      "Training is paused. Resume it with: mocov3 ctl resume; or remove this file and start again.\n";

  private final RunDirectory directory;
  private final Path file;
  private volatile boolean paused;

  public PauseFile(RunDirectory directory) {
    this.directory = directory;
    file = directory.paths().paused();
    paused = Files.exists(file);
  }

  @Override
  public boolean isSet() {
    return paused;
  }

  @Override
  public Optional<String> set(boolean pause) {
    paused = pause;
    try {
      if (pause) {
        directory.write(file, TEXT);
      } else {
        Files.deleteIfExists(file);
      }
      return Optional.empty();
    } catch (RunException e) {
      return Optional.of(e.getMessage());
    } catch (IOException e) {
      return Optional.of(file + " cannot be removed: " + e.getMessage());
    }
  }
}
