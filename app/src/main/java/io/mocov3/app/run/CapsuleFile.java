package io.mocov3.app.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.mocov3.actors.events.Capsule;
import io.mocov3.app.lines.Places;
import io.mocov3.app.output.RunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A capsule of the flight recorder as JSON. */
public final class CapsuleFile {
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT);

  /** A run that spikes for weeks must not fill the disk: so many capsules, of so many bytes. */
  private static final int MOST = 100;

  static final long MOST_BYTES = 256L << 20;

  private CapsuleFile() {}

  /** Where a capsule is kept. */
  public static Path in(Path folder, Capsule capsule) {
    return folder.resolve("step-%08d-%s.json".formatted(capsule.step(), capsule.reason()));
  }

  static byte[] text(Capsule capsule) {
    try {
      return MAPPER.writeValueAsBytes(capsule);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As a whole or not at all. */
  static void write(Path run, Path file, byte[] text) throws IOException {
    Path aside = Places.temporary(file);
    Places.makeFolder(run, file.getParent());
    try {
      Files.write(aside, text);
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
    prune(file.getParent(), MOST_BYTES);
  }

  /** The newest is kept whatever its size, and whatever is older than one that goes, goes, too. */
  static void prune(Path folder, long most) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> newestFirst =
          files
              .filter(path -> path.getFileName().toString().startsWith("step-"))
              .sorted(Comparator.reverseOrder())
              .toList();
      int kept = 0;
      long bytes = 0;
      for (Path file : newestFirst) {
        bytes += Files.size(file);
        if (kept > 0 && (kept == MOST || bytes > most)) {
          Files.delete(file);
        } else {
          kept++;
        }
      }
    }
  }

  /**
   * Reads one back.
   *
   * @throws RunException when the file is not a capsule
   */
  public static Capsule read(Path file) {
    try {
      JsonNode tree = MAPPER.readTree(Files.readString(file));
      Capsule capsule = MAPPER.treeToValue(tree, Capsule.class);
      if (capsule == null || capsule.entries() == null || capsule.entries().isEmpty()) {
        throw new RunException(file + " is not a capsule of the flight recorder: no entries");
      }
      return capsule;
    } catch (IOException e) {
      throw new RunException(
          file + " is not a capsule of the flight recorder: " + firstLine(e.getMessage()), e);
    }
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}
