package io.mocov3.app.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.mocov3.actors.events.Capsule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** A capsule of the flight recorder as JSON. */
public final class CapsuleFile {
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT);

  /** A run that spikes for weeks must not fill the disk. */
  private static final int MOST = 100;

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
    Path aside = file.resolveSibling("." + file.getFileName() + ".tmp");
    RunPaths.makeFolder(run, file.getParent());
    try {
      Files.write(aside, text);
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
    prune(file.getParent());
  }

  private static void prune(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> oldestFirst =
          files.filter(path -> path.getFileName().toString().startsWith("step-")).sorted().toList();
      for (Path old : oldestFirst.subList(0, Math.max(0, oldestFirst.size() - MOST))) {
        Files.delete(old);
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
