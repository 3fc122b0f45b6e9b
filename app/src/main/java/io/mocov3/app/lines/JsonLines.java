package io.mocov3.app.lines;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.app.output.RunException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A file of one JSON object a line, only ever appended to. A line is handed to the system at once,
 * so that a killed process loses none; while the system takes none, lines wait in memory. Numbers
 * read back to the same bits. A damaged line stays where it is, and readers skip it.
 */
public final class JsonLines implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path file;
  private final LineFile lines;
  private final LogWatch watch;
  private final Backlog backlog;
  private int told;

  /**
   * The first line makes the file; a last line that a killed process cut off goes.
   *
   * @throws RunException when the file is there and cannot be written
   */
  public JsonLines(Path file, LogWatch watch) {
    this(file.getParent(), file, watch);
  }

  /** The same for a file in a folder below {@code root} that the first line makes, too. */
  public JsonLines(Path root, Path file, LogWatch watch) {
    this.file = file;
    this.watch = watch;
    lines = new LineFile(root, file);
    backlog = new Backlog(root.relativize(file).toString(), watch);
    try {
      lines.mend();
    } catch (IOException e) {
      throw new RunException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  public void append(Map<String, ?> object) {
    append(List.of(object));
  }

  /** Lines that belong together: all of them are handed to the system, or none. */
  public void append(List<? extends Map<String, ?>> objects) {
    try {
      StringBuilder text = new StringBuilder();
      for (Map<String, ?> object : objects) {
        text.append(MAPPER.writeValueAsString(object)).append('\n');
      }
      append(text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized void append(byte[] line) {
    backlog.put(line.length, () -> lines.append(line));
  }

  /** Tries to write what waits, if it is time to. */
  public synchronized void catchUp() {
    backlog.catchUp();
  }

  /** Every object of the file; damaged lines are told of and skipped. */
  public synchronized void forEach(Consumer<JsonNode> each) {
    DamagedLines damaged = new DamagedLines();
    try {
      LineReader.read(
          file, line -> line.object().ifPresentOrElse(each, () -> damaged.add(line.number())));
    } catch (IOException e) {
      watch.warn().accept(file + " cannot be read: " + e.getMessage());
    }
    damaged.tell();
  }

  /** Drops the lines of later steps. */
  public void truncateAfter(long step) {
    keep(object -> upTo(step, object));
  }

  /** The same for a file in the order of its steps, of which only the end is read. */
  public synchronized void cutAfter(long step) {
    backlog.put(0, () -> keep(lines::keepFirst, object -> upTo(step, object)));
  }

  /** Drops lines without taking them for objects; in its turn. */
  public synchronized void thin(Thinning thinning, long step) {
    backlog.put(0, () -> lines.keep(thinning.wanted(file, step)));
  }

  /** Moves the lines of later steps to {@code target}. */
  public synchronized void moveAfter(long step, JsonLines target) {
    backlog.put(
        0,
        () ->
            LineReader.read(
                file,
                line -> {
                  if (!line.object().map(object -> upTo(step, object)).orElse(true)) {
                    target.append(line.bytes());
                  }
                }));
    truncateAfter(step);
  }

  /** Drops the lines that {@code wanted} refuses; in its turn, after the lines that wait. */
  public synchronized void keep(Predicate<JsonNode> wanted) {
    backlog.put(0, () -> keep(lines::keep, wanted));
  }

  private interface Keeper {
    void keep(Predicate<LineReader.Line> wanted) throws IOException;
  }

  private void keep(Keeper keeper, Predicate<JsonNode> wanted) throws IOException {
    DamagedLines damaged = new DamagedLines();
    keeper.keep(
        line -> {
          Optional<JsonNode> object = line.object().filter(o -> o.path("step").isNumber());
          if (object.isEmpty()) {
            damaged.add(line.number());
          }
          return object.map(wanted::test).orElse(true);
        });
    damaged.tell();
  }

  private static boolean upTo(long step, JsonNode object) {
    return !object.path("step").isNumber() || object.path("step").asLong() <= step;
  }

  /** What one reading of the file skipped. */
  private final class DamagedLines {
    private final SequencedSet<Long> numbers = new LinkedHashSet<>();

    void add(long number) {
      if (number != LineReader.Line.UNKNOWN) {
        numbers.add(number);
      }
    }

    void tell() {
      if (numbers.size() > told) {
        told = numbers.size();
        String more = told > 1 ? " (and %d more)".formatted(told - 1) : "";
        watch
            .warn()
            .accept(
                "%s line %d%s is damaged; it stays there and is skipped"
                    .formatted(file, numbers.getFirst(), more));
      }
    }
  }

  @Override
  public synchronized void close() {
    backlog.finish();
    try {
      lines.close();
    } catch (IOException e) {
      watch.warn().accept(file + " cannot be closed: " + e.getMessage());
    }
  }
}
