package io.mocov3.augment.source;

import io.mocov3.augment.codec.Checksums;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of the cache that remember what opening a data set found out. */
public final class CacheFiles {
  private CacheFiles() {}

  /** The file for what is known about a thing: the kind, then a digest of its absolute name. */
  static Path named(Path folder, String kind, Path thing) {
    return named(folder, kind, thing.toAbsolutePath().normalize().toString());
  }

  /** The same for anything that has a name, a URL for instance. */
  public static Path named(Path folder, String kind, String thing) {
    String digest = Checksums.sha256(thing.getBytes(StandardCharsets.UTF_8));
    return folder.resolve(kind + "-" + digest.substring(0, 32));
  }

  static BufferedReader reader(InputStream in) {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
  }

  /** For files that were to be temporary. */
  public static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException stays) {
      // nothing depends on it
    }
  }
}
