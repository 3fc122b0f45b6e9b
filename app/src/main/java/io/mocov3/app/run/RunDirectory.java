package io.mocov3.app.run;

import io.mocov3.app.lines.Places;
import io.mocov3.app.output.RunException;
import io.mocov3.model.IoReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The directory of one run, held by one process at a time. */
public final class RunDirectory implements AutoCloseable {
  private final Path path;
  private final RunLock lock;
  private final OpenDirectory opened;

  private RunDirectory(Path path, RunLock lock, OpenDirectory opened) {
    this.path = path;
    this.lock = lock;
    this.opened = opened;
  }

  /**
   * Creates the directory if need be and locks it. Another trainer in it is waited for that long,
   * after a line.
   *
   * @throws RunException when it cannot be written, or another process trains in it
   */
  public static RunDirectory open(Path path, Duration wait, Consumer<String> line) {
    try {
      Files.createDirectories(path);
      RunLock lock =
          RunLock.take(
              path, wait, () -> line.accept(waiting(path, wait)), "set another run.directory");
      sweep(path);
      return new RunDirectory(path, lock, OpenDirectory.of(path));
    } catch (IOException e) {
      throw new RunException(
          "run.directory %s cannot be written (%s); set another one"
              .formatted(path, e.getClass().getSimpleName()),
          e);
    }
  }

  /** The same without waiting. */
  public static RunDirectory open(Path path) {
    return open(path, Duration.ZERO, line -> {});
  }

  /** What a killed process had begun to write beside its files. */
  private static void sweep(Path path) throws IOException {
    for (Path folder : List.of(path, new RunPaths(path).capsules())) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.list(folder)) {
          for (Path file : files.filter(Places::isTemporary).toList()) {
            Files.deleteIfExists(file);
          }
        }
      }
    }
  }

  private static String waiting(Path path, Duration wait) {
    return "%s is in use by another trainer; waiting for it, up to %d s"
        .formatted(path, wait.toSeconds());
  }

  public Path path() {
    return path;
  }

  public RunPaths paths() {
    return new RunPaths(path);
  }

  /**
   * Why nothing can be kept here any more, in one line: somebody moved or removed the directory. A
   * moved one is not followed, for the next command would look for it under its old name.
   */
  public Optional<String> lost() {
    if (opened.isAt(path)) {
      return Optional.empty();
    }
    return Optional.of(
        opened
            .whereabouts()
            .map(
                now ->
                    ("run.directory %s was moved to %s during training; move it back or set"
                            + " run.directory=%s, and the same command goes on from its newest"
                            + " checkpoint")
                        .formatted(path, now, now))
            .orElse("run.directory %s was removed during training".formatted(path)));
  }

  /** Writes a small file aside and renames it, unless it is there already. */
  public void write(Path file, String text) {
    Path aside = Places.temporary(file);
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), bytes)) {
        return;
      }
      try {
        Files.write(aside, bytes);
        Files.move(
            aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(aside);
      }
    } catch (IOException e) {
      throw new RunException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Moves all that is here to a folder named by the time; empty when there is nothing. */
  public Optional<Path> setAside() {
    Path aside = paths().aside();
    Path target = aside.resolve(Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    try (Stream<Path> files = Files.list(path)) {
      List<Path> old =
          files.filter(file -> !file.endsWith(RunLock.FILE_NAME) && !file.equals(aside)).toList();
      if (old.isEmpty()) {
        return Optional.empty();
      }
      Files.createDirectories(target);
      for (Path file : old) {
        Files.move(file, target.resolve(file.getFileName()));
      }
      return Optional.of(target);
    } catch (IOException e) {
      throw new RunException(path + ": old files cannot be kept aside: " + IoReason.of(e), e);
    }
  }

  @Override
  public void close() {
    try {
      opened.close();
      lock.close();
    } catch (IOException e) {
      throw new RunException(path + ": the lock cannot be released: " + e.getMessage(), e);
    }
  }
}
