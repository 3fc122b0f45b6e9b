package io.mocov3.app.run;

import io.mocov3.app.lines.LogWatch;
import io.mocov3.model.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** What rollbacks moved aside: a run that goes back again and again must not fill the disk. */
final class UndoneFolders {
  static final int MOST = 20;

  private UndoneFolders() {}

  /** The folders of the newest rollbacks stay, of which the last was number {@code newest}. */
  static void prune(RunPaths paths, int newest, LogWatch watch) {
    Path old = paths.undone(newest - MOST);
    if (!Files.isDirectory(old)) {
      return;
    }
    try (Stream<Path> files = Files.walk(old)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      watch.warn().accept("%s cannot be deleted: %s".formatted(old, IoReason.of(e)));
    }
  }
}
