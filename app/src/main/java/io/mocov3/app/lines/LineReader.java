package io.mocov3.app.lines;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads a file of JSON lines as bytes, so that a damaged line is a line like the others. */
public final class LineReader {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** A line with its end; its first byte is byte {@code start} of the file. */
  public static final class Line {
    static final long UNKNOWN = 0;

    private final long number;
    private final long start;
    private final byte[] bytes;

    private Line(long number, long start, byte[] bytes) {
      this.number = number;
      this.start = start;
      this.bytes = bytes;
    }

    /** From 1; {@link #UNKNOWN} where only the end of a file was read. */
    long number() {
      return number;
    }

    long start() {
      return start;
    }

    byte[] bytes() {
      return bytes;
    }

    /** Empty when the line is not UTF-8 or not a JSON object. */
    public Optional<JsonNode> object() {
      try {
        return Optional.ofNullable(MAPPER.readTree(bytes)).filter(JsonNode::isObject);
      } catch (IOException e) {
        return Optional.empty();
      }
    }
  }

  /** What is done with each line. */
  public interface Visitor {
    void visit(Line line) throws IOException;
  }

  private LineReader() {}

  /** Nothing where there is no file. */
  public static void read(Path file, Visitor visitor) throws IOException {
    readFrom(file, 0, visitor);
  }

  /** The byte at which the first line begins that starts behind {@code from}. */
  static long nextLine(Path file, long from) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      in.skipNBytes(from);
      long at = from;
      int read;
      do {
        read = in.read();
        at++;
      } while (read >= 0 && read != '\n');
      return read < 0 ? at - 1 : at;
    }
  }

  /** From a byte on at which a line begins; unless it is the first, lines have no number. */
  static void readFrom(Path file, long begin, Visitor visitor) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(begin);
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      byte[] chunk = new byte[1 << 16];
      long number = begin == 0 ? 1 : Line.UNKNOWN;
      long start = begin;
      for (int size = in.read(chunk); size >= 0; size = in.read(chunk)) {
        int from = 0;
        for (int i = 0; i < size; i++) {
          if (chunk[i] == '\n') {
            line.write(chunk, from, i + 1 - from);
            visitor.visit(new Line(number, start, line.toByteArray()));
            number += number == Line.UNKNOWN ? 0 : 1;
            start += line.size();
            line.reset();
            from = i + 1;
          }
        }
        line.write(chunk, from, size - from);
      }
      if (line.size() > 0) {
        visitor.visit(new Line(number, start, line.toByteArray()));
      }
    }
  }
}
