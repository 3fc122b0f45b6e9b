package io.mocov3.model.checkpoint;

import io.mocov3.model.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes one checkpoint: temporary directory, sync, manifest, sync, rename, {@code latest}. What
 * bears a hidden name is not a checkpoint; {@link #recover} clears it after a crash.
 */
final class CheckpointWriter {
  private static final String TEMPORARY = ".tmp-";
  private static final String REPLACED = ".replaced-";

  private final Path dir;
  private final long step;
  private final String name;

  CheckpointWriter(Path dir, long step) {
    this.dir = dir;
    this.step = step;
    this.name = CheckpointReader.name(step);
  }

  /** Returns the bytes of all files. */
  long write(CheckpointData data) throws IOException {
    Path temporary = dir.resolve(TEMPORARY + name);
    try {
      Directories.delete(temporary);
      Files.createDirectory(temporary);
      long bytes = fill(temporary, data);
      publish(temporary);
      return bytes;
    } finally {
      Directories.delete(temporary);
    }
  }

  private long fill(Path temporary, CheckpointData data) throws IOException {
    Map<String, String> format = Map.of("format", "pt");
    Map<String, Digest.Content> contents = new LinkedHashMap<>();
    contents.put(Checkpoint.MODEL, out -> SafetensorsWriter.write(out, data.model(), format));
    contents.put(
        Checkpoint.OPTIMIZER, out -> SafetensorsWriter.write(out, data.optimizer(), format));
    if (!data.state().isEmpty()) {
      contents.put(Checkpoint.STATE, out -> SafetensorsWriter.write(out, data.state(), format));
    }
    contents.put(Checkpoint.TRAINER, out -> out.write(Json.write(data.trainer())));
    Map<String, Digest> files = new LinkedHashMap<>();
    for (Map.Entry<String, Digest.Content> file : contents.entrySet()) {
      files.put(file.getKey(), Digest.ofWriting(temporary.resolve(file.getKey()), file.getValue()));
    }
    String created = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    byte[] manifest = Json.write(Manifest.of(step, created, data.scheduled(), files));
    Digest written = Digest.ofWriting(temporary.resolve(Manifest.NAME), out -> out.write(manifest));
    Directories.sync(temporary);
    return written.bytes() + files.values().stream().mapToLong(Digest::bytes).sum();
  }

  /** What needs room on the disk comes before the checkpoint takes its name. */
  private void publish(Path temporary) throws IOException {
    Path target = dir.resolve(name);
    Path replaced = dir.resolve(REPLACED + name);
    Path latest = latestAside(dir, name);
    boolean replaces = Files.exists(target);
    if (replaces) {
      Directories.delete(replaced);
      Directories.rename(target, replaced);
    }
    try {
      Directories.rename(temporary, target);
    } catch (IOException e) {
      if (replaces) {
        Directories.rename(replaced, target);
      }
      throw e;
    }
    Directories.sync(dir);
    Directories.rename(latest, dir.resolve(CheckpointReader.LATEST));
    Directories.sync(dir);
  }

  /** A small file that holds the name, so that it works where links do not. */
  static void pointLatest(Path dir, String name) throws IOException {
    Directories.rename(latestAside(dir, name), dir.resolve(CheckpointReader.LATEST));
    Directories.sync(dir);
  }

  private static Path latestAside(Path dir, String name) throws IOException {
    Path aside = dir.resolve(TEMPORARY + CheckpointReader.LATEST);
    byte[] content = (name + "\n").getBytes(StandardCharsets.UTF_8);
    Digest.ofWriting(aside, out -> out.write(content));
    return aside;
  }

  /** Hides the checkpoint before it takes it apart, so that no half of one is ever visible. */
  static void remove(Path dir, String name) throws IOException {
    Path hidden = dir.resolve(TEMPORARY + "removed-" + name);
    Directories.delete(hidden);
    Directories.rename(dir.resolve(name), hidden);
    Directories.delete(hidden);
  }

  /** Clears left-overs; a checkpoint that was hidden to be replaced, but was not, comes back. */
  static void recover(Path dir) throws IOException {
    for (Path path : Directories.children(dir)) {
      String hidden = path.getFileName().toString();
      if (hidden.startsWith(REPLACED)) {
        Path original = dir.resolve(hidden.substring(REPLACED.length()));
        if (!Files.exists(original)) {
          Directories.rename(path, original);
        }
      }
    }
    clear(dir);
  }

  /** Deletes what is hidden while nothing is being written. */
  static void clear(Path dir) throws IOException {
    for (Path path : Directories.children(dir)) {
      String hidden = path.getFileName().toString();
      if (hidden.startsWith(TEMPORARY) || hidden.startsWith(REPLACED)) {
        Directories.delete(path);
      }
    }
  }
}
