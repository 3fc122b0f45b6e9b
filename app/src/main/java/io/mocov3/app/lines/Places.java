package io.mocov3.app.lines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files and folders of a run that come and go. */
public final class Places {
  private Places() {}

  /** Where a file is written before it takes its name. */
  public static Path temporary(Path file) {
    return file.resolveSibling("." + file.getFileName() + ".tmp");
  }

  /** Whether it was left there by a process that was killed meanwhile. */
  public static boolean isTemporary(Path file) {
    return file.getFileName().toString().matches("\\..+\\.tmp") && Files.isRegularFile(file);
  }

  /** Makes the folders below {@code root}, which must be there: one that was moved stays away. */
  public static void makeFolder(Path root, Path folder) throws IOException {
    if (folder.equals(root) || Files.isDirectory(folder)) {
      return;
    }
    makeFolder(root, folder.getParent());
    Files.createDirectory(folder);
  }
}
