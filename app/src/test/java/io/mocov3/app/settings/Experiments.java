package io.mocov3.app.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Experiments as text. */
public final class Experiments {
  private Experiments() {}

  static Settings of(String text, String... overrides) {
    try {
      Path file = Files.createTempFile("experiment", ".conf");
      try {
        Files.writeString(file, text);
        return Settings.load(file, List.of(overrides));
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Settings set(String... overrides) {
    return of("mocov3 {}", overrides);
  }
}
