package io.mocov3.app.tensorboard;

import io.mocov3.app.output.RunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Pictures of a run, in a folder of their own: the file of a process that trains must stay the
 * newest of its folder, or it would not be read any further.
 */
public final class Pictures {
  private static final String NEIGHBOURS = "neighbours";

  private Pictures() {}

  /** Adds the nearest neighbours after {@code step}, if the run has event files. */
  public static void neighbours(Path run, long step, byte[] png) {
    Path folder = TensorBoardSink.folder(run);
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (RecordFile file = EventFiles.begin(folder.resolve(NEIGHBOURS))) {
      file.append(EventMessage.picture(EventFiles.now(), step, NEIGHBOURS, png));
    } catch (IOException e) {
      throw new RunException(
          folder + ": the picture of neighbours cannot be written: " + e.getMessage(), e);
    }
  }
}
