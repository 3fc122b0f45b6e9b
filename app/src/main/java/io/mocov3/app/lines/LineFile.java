package io.mocov3.app.lines;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** A file of whole lines: what a failed write left of a line is cut off before the next one. */
final class LineFile {

  /** So much may stand behind the first line that goes and be moved up in place. */
  private static final int LARGEST_TAIL = 1 << 20;

  /** So much of a file's end is read first when only its end is of interest. */
  private static final int SMALLEST_TAIL = 1 << 16;

  private final Path root;
  private final Path path;
  private Optional<RandomAccessFile> open = Optional.empty();
  private OptionalLong torn = OptionalLong.empty();

  /** Folders between {@code root} and the file are made, but a missing root is not made again. */
  LineFile(Path root, Path path) {
    this.root = root;
    this.path = path;
  }

  /** Drops a last line that a killed process cut off. */
  void mend() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    RandomAccessFile file = opened();
    byte[] block = new byte[1 << 13];
    long end = file.length();
    while (end > 0) {
      int size = (int) Math.min(block.length, end);
      file.seek(end - size);
      file.readFully(block, 0, size);
      int last = size;
      while (last > 0 && block[last - 1] != '\n') {
        last--;
      }
      end -= size - last;
      if (last > 0) {
        break;
      }
    }
    if (end < file.length()) {
      file.setLength(end);
    }
  }

  void append(byte[] line) throws IOException {
    RandomAccessFile file = opened();
    long end = file.length();
    torn = OptionalLong.of(end);
    file.seek(end);
    try {
      file.write(line);
      torn = OptionalLong.empty();
    } catch (IOException e) {
      repair(file);
      throw e;
    }
  }

  /**
   * Drops the lines that {@code wanted} refuses. Lines at the end are cut off, which needs no room;
   * only where many wanted ones follow is the file written anew beside the old one.
   */
  void keep(Predicate<LineReader.Line> wanted) throws IOException {
    keepFrom(0, wanted);
  }

  /** The same of the lines from that byte on, where one begins. */
  private void keepFrom(long begin, Predicate<LineReader.Line> wanted) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    RandomAccessFile file = opened();
    Cut cut = cut(begin, wanted);
    if (cut.from.isEmpty()) {
      return;
    }
    if (cut.tail.size() > LARGEST_TAIL) {
      writeAnew(begin, wanted);
      return;
    }
    long from = cut.from.getAsLong();
    file.seek(from);
    file.write(cut.tail.toByteArray());
    file.setLength(from + cut.tail.size());
  }

  /**
   * Drops the lines at the end that {@code wanted} refuses, of a file in which those it accepts
   * come first: only the end is read.
   */
  void keepFirst(Predicate<LineReader.Line> wanted) throws IOException {
    if (Files.exists(path)) {
      keepFrom(lastWanted(wanted), wanted);
    }
  }

  /** Where a wanted line begins behind which few or none are wanted; 0 where none is. */
  private long lastWanted(Predicate<LineReader.Line> wanted) throws IOException {
    long size = Files.size(path);
    for (long tail = SMALLEST_TAIL; tail < size; tail *= 4) {
      long[] last = {-1};
      LineReader.readFrom(
          path,
          LineReader.nextLine(path, size - tail),
          line -> {
            if (line.object().isPresent() && wanted.test(line)) {
              last[0] = line.start();
            }
          });
      if (last[0] >= 0) {
        return last[0];
      }
    }
    return 0;
  }

  /** Where the first unwanted line begins, and the wanted ones behind it. */
  private static final class Cut {
    private OptionalLong from = OptionalLong.empty();
    private final ByteArrayOutputStream tail = new ByteArrayOutputStream();
  }

  private Cut cut(long begin, Predicate<LineReader.Line> wanted) throws IOException {
    Cut cut = new Cut();
    LineReader.readFrom(
        path,
        begin,
        line -> {
          if (cut.tail.size() > LARGEST_TAIL) {
            return;
          }
          boolean stays = wanted.test(line);
          if (stays && cut.from.isPresent()) {
            cut.tail.write(line.bytes());
          } else if (!stays && cut.from.isEmpty()) {
            cut.from = OptionalLong.of(line.start());
          }
        });
    return cut;
  }

  private void writeAnew(long begin, Predicate<LineReader.Line> wanted) throws IOException {
    Path aside = Places.temporary(path);
    try {
      try (OutputStream out = Files.newOutputStream(aside)) {
        LineReader.read(
            path,
            line -> {
              if (line.start() < begin || wanted.test(line)) {
                out.write(line.bytes());
              }
            });
      }
      close();
      Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private RandomAccessFile opened() throws IOException {
    if (open.isEmpty()) {
      Places.makeFolder(root, path.getParent());
      open = Optional.of(new RandomAccessFile(path.toFile(), "rw"));
    }
    repair(open.get());
    return open.get();
  }

  private void repair(RandomAccessFile file) throws IOException {
    if (torn.isPresent()) {
      file.setLength(Math.min(file.length(), torn.getAsLong()));
      torn = OptionalLong.empty();
    }
  }

  void close() throws IOException {
    if (open.isPresent()) {
      open.get().close();
      open = Optional.empty();
    }
  }
}
