package io.mocov3.model.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A group of real processes for a test: each runs a main class of the test's. */
public final class RankProcesses {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private RankProcesses() {}

  /** Runs so many to their end; each has one argument, the file that it may write. */
  public static List<Path> run(int size, Class<?> main, Path folder) throws IOException {
    int port = Rendezvous.freePort();
    List<Process> processes = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      Path file = folder.resolve("rank-" + rank);
      files.add(file);
      processes.add(start(Ranks.onThisHost(rank, size, port), main, file));
    }
    for (int rank = 0; rank < size; rank++) {
      assertThat(exitCode(processes.get(rank)))
          .as("rank %d: %s", rank, log(files.get(rank)))
          .isZero();
    }
    return files;
  }

  private static Process start(Ranks ranks, Class<?> main, Path file) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main.getName(),
            file.toString());
    builder.environment().putAll(ranks.environment());
    return builder.redirectErrorStream(true).redirectOutput(logFile(file).toFile()).start();
  }

  private static int exitCode(Process process) {
    try {
      if (process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        return process.exitValue();
      }
      process.destroyForcibly();
      return -1;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path logFile(Path file) {
    return file.resolveSibling(file.getFileName() + ".log");
  }

  private static String log(Path file) {
    try {
      return Files.readString(logFile(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In such a process: the group. */
  public static Group group() {
    Threads.configure(1);
    return new Rendezvous(PATIENCE, PATIENCE).meet(Ranks.of(System.getenv()), Placement.CPU);
  }

  /** In such a process: its end, whatever native threads there are. */
  public static void end() {
    Runtime.getRuntime().halt(0);
  }
}
