package io.mocov3.app.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A file of one JSON object a line, only ever appended to. A line is handed to the system at once,
 * so that a killed process loses none. Numbers read back to the same bits.
 */
public final class JsonLines implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path file;
  private Optional<OutputStream> stream;

  /** The first line makes the file; a last line that a killed process cut off goes. */
  public JsonLines(Path file) {
    this.file = file;
    dropCutLine(file);
    this.stream = Files.exists(file) ? Optional.of(open(file)) : Optional.empty();
  }

  public synchronized void append(Map<String, ?> object) {
    try {
      appendLine(MAPPER.writeValueAsString(object));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized void appendLine(String line) {
    if (stream.isEmpty()) {
      stream = Optional.of(open(file));
    }
    try {
      stream.get().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new RunException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Drops the lines of later steps. */
  public synchronized void truncateAfter(long step) {
    keep(line -> stepOf(line).filter(value -> value <= step).isPresent());
  }

  /** Moves the lines of later steps to {@code target}. */
  public synchronized void moveAfter(long step, Path target) {
    try (JsonLines moved = new JsonLines(target)) {
      keep(
          line -> {
            boolean stays = stepOf(line).filter(value -> value <= step).isPresent();
            if (!stays) {
              moved.appendLine(line);
            }
            return stays;
          });
    }
  }

  /** Drops the lines that {@code wanted} refuses. */
  public synchronized void keep(Predicate<String> wanted) {
    close();
    if (!Files.exists(file)) {
      return;
    }
    Path aside = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      try (BufferedReader reader = Files.newBufferedReader(file);
          BufferedWriter writer = Files.newBufferedWriter(aside)) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          if (wanted.test(line)) {
            writer.write(line);
            writer.write('\n');
          }
        }
      }
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new RunException(file + " cannot be cut back: " + e.getMessage(), e);
    }
  }

  private static Optional<Long> stepOf(String line) {
    try {
      JsonNode step = MAPPER.readTree(line).path("step");
      return step.isNumber() ? Optional.of(step.asLong()) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static void dropCutLine(Path file) {
    if (!Files.isRegularFile(file)) {
      return;
    }
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      long end = bytes.length();
      while (end > 0 && !endsLine(bytes, end)) {
        end--;
      }
      bytes.setLength(end);
    } catch (IOException e) {
      throw new RunException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static boolean endsLine(RandomAccessFile bytes, long end) throws IOException {
    bytes.seek(end - 1);
    return bytes.read() == '\n';
  }

  private static OutputStream open(Path file) {
    try {
      return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new RunException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized void close() {
    if (stream.isEmpty()) {
      return;
    }
    try {
      stream.get().close();
      stream = Optional.empty();
    } catch (IOException e) {
      throw new RunException(file + " cannot be closed: " + e.getMessage(), e);
    }
  }
}
