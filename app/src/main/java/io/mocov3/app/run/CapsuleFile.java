package io.mocov3.app.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.mocov3.actors.Capsule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A capsule of the flight recorder as JSON. */
public final class CapsuleFile {
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT);

  private CapsuleFile() {}

  /** Into {@code folder} under a name of its step and reason. */
  static Path write(Path folder, Capsule capsule) {
    Path file = folder.resolve("step-%08d-%s.json".formatted(capsule.step(), capsule.reason()));
    try {
      Files.createDirectories(folder);
      Files.writeString(file, MAPPER.writeValueAsString(capsule));
      return file;
    } catch (IOException e) {
      throw new RunException(file + " cannot be written: " + e.getMessage(), e);
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
