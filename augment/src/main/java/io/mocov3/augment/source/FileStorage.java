package io.mocov3.augment.source;

import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.augment.codec.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The files of a set of images below a folder: tells one that is bad from storage that is not
 * there. Safe for use by many threads.
 */
final class FileStorage {
  private final List<Path> folders;
  private final int size;
  private final IntFunction<Path> file;
  private volatile int suspect;

  /**
   * @param folders what has to be there, and to hold something
   */
  FileStorage(List<Path> folders, int size, IntFunction<Path> file) {
    this.folders = List.copyOf(folders);
    this.size = size;
    this.file = file;
  }

  /**
   * Looks at the folders, and at the file that was missed last.
   *
   * @throws SourceUnavailableException when the storage is not there
   */
  void requireAvailable() {
    folders.forEach(FileStorage::requireFolder);
    int index = suspect;
    try {
      touch(index);
    } catch (IOException failure) {
      requireOnlyThisOne(index, failure);
    }
  }

  /**
   * What a file is that cannot be read.
   *
   * @throws SourceUnavailableException when it is not the file's fault
   */
  Undecodable unreadable(int index, String id, IOException failure) {
    folders.forEach(FileStorage::requireFolder);
    requireOnlyThisOne(index, failure);
    return new Undecodable(id, Reason.UNREADABLE, String.valueOf(failure.getMessage()));
  }

  /** Where a mount has gone, an empty folder is left, or none. */
  private static void requireFolder(Path folder) {
    try {
      if (isEmpty(folder)) {
        throw new SourceUnavailableException(
            folder + " is empty now; is the storage of the images still mounted?",
            new NoSuchFileException(folder.toString()));
      }
    } catch (IOException failure) {
      throw new SourceUnavailableException(
          "%s cannot be listed any more (%s); is the storage of the images still there?"
              .formatted(folder, reason(failure)),
          failure);
    }
  }

  private void requireOnlyThisOne(int index, IOException failure) {
    boolean alone =
        switch (failure) {
          case NoSuchFileException missing ->
              isThere(index - 1) || isThere(index + 1) || !isCut(index);
          case AccessDeniedException denied -> true;
          case EOFException shortened -> true;
          default ->
              IntStream.of(1, 2, 3).allMatch(i -> isThere(index + i * Math.max(1, size / 4)));
        };
    if (!alone) {
      suspect = index;
      throw new SourceUnavailableException(
          "%s cannot be read (%s), nor can others; is the storage of the images still there?"
              .formatted(file.apply(index), reason(failure)),
          failure);
    }
  }

  private boolean isThere(int index) {
    try {
      touch(Math.floorMod(index, size));
      return true;
    } catch (IOException failure) {
      return false;
    }
  }

  /** Whether the way to a file ends in an empty folder or in a link to nowhere. */
  private boolean isCut(int index) {
    Optional<Path> at = Optional.of(file.apply(index));
    while (at.isPresent() && !Files.exists(at.get())) {
      if (Files.isSymbolicLink(at.get())) {
        return true;
      }
      at = Optional.ofNullable(at.get().getParent());
    }
    try {
      return at.isEmpty() || isEmpty(at.get());
    } catch (IOException failure) {
      return true;
    }
  }

  private void touch(int index) throws IOException {
    try (InputStream in = Files.newInputStream(file.apply(index))) {
      int unused = in.read();
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      return !entries.iterator().hasNext();
    }
  }

  private static String reason(IOException failure) {
    return switch (failure) {
      case NoSuchFileException missing -> "it does not exist";
      case FileSystemException named when named.getReason() != null -> named.getReason();
      default -> String.valueOf(failure.getMessage());
    };
  }
}
