package io.mocov3.app.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;

/** Programs that a test needs and a machine may lack. */
public final class Programs {
  private Programs() {}

  public static boolean isInstalled(String program) {
    return Arrays.stream(
            System.getenv().getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator), -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
