package io.mocov3.app.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * A directory that is held open, so that it is known again whatever it is called by now. Where the
 * system cannot open directories or tell them apart, it always seems to be in its place.
 */
final class OpenDirectory implements AutoCloseable {
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  private final Optional<FileChannel> held;
  private final Optional<Object> key;

  private OpenDirectory(Optional<FileChannel> held, Optional<Object> key) {
    this.held = held;
    this.key = key;
  }

  static OpenDirectory of(Path path) {
    try {
      FileChannel held = FileChannel.open(path, StandardOpenOption.READ);
      return new OpenDirectory(Optional.of(held), key(path));
    } catch (IOException e) {
      return new OpenDirectory(Optional.empty(), Optional.empty());
    }
  }

  boolean isAt(Path path) {
    try {
      return key.isEmpty() || is(path);
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** Its present path; empty when it was removed, or the system does not tell. */
  Optional<Path> whereabouts() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(OPEN_FILES)) {
      for (Path file : files) {
        Path target = Files.readSymbolicLink(file);
        if (target.isAbsolute() && Files.isDirectory(target) && is(target)) {
          return Optional.of(target);
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private boolean is(Path path) throws IOException {
    return key.equals(key(path));
  }

  private static Optional<Object> key(Path path) throws IOException {
    return Optional.ofNullable(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
  }

  @Override
  public void close() throws IOException {
    if (held.isPresent()) {
      held.get().close();
    }
  }
}
