package io.mocov3.app.launch;

import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.Parent;
import io.mocov3.model.distributed.Ranks;
import io.mocov3.model.distributed.Rendezvous;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The ranks of a group as processes of this program on this host. Each has a pipe as its standard
 * input, which ends when this process does: whoever reads it knows that nobody waits for it.
 */
public final class LocalRanks {

  /** Who gets what a rank prints, line by line; called by several threads. */
  public interface Output {
    void line(int rank, boolean error, String line);
  }

  /** What Gloo prints on standard output, whoever reads that. */
  private static final String GLOO = "[Gloo] ";

  private static final String TERMINAL = "-Dmocov3.terminal=";
  private static final Duration LOOK = Duration.ofMillis(100);

  private final List<Process> processes = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();

  private LocalRanks() {}

  /** Starts as many processes with the same arguments. */
  public static LocalRanks start(int size, List<String> arguments, Output output) {
    LocalRanks ranks = new LocalRanks();
    int port = Rendezvous.freePort();
    try {
      for (int rank = 0; rank < size; rank++) {
        ranks.start(Ranks.onThisHost(rank, size, port), arguments, output);
      }
      return ranks;
    } catch (IOException e) {
      ranks.kill();
      throw new UncheckedIOException(e);
    }
  }

  private void start(Ranks ranks, List<String> arguments, Output output) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith(TERMINAL))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.mocov3.app.Main"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(ranks.environment());
    builder.environment().put(Parent.VARIABLE, "1");
    Process process = builder.start();
    processes.add(process);
    read(process.getInputStream(), line -> output.line(ranks.rank(), false, line));
    read(process.getErrorStream(), line -> output.line(ranks.rank(), true, line));
  }

  private interface Lines {
    void line(String line);
  }

  private void read(InputStream stream, Lines lines) {
    Thread reader =
        Thread.ofPlatform()
            .daemon()
            .name("rank-output")
            .start(
                () -> {
                  try (BufferedReader in =
                      new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                    for (String line = in.readLine(); line != null; line = in.readLine()) {
                      if (!line.startsWith(GLOO)) {
                        lines.line(line);
                      }
                    }
                  } catch (IOException e) {
                    // the process is gone, and its last words with it
                  }
                });
    readers.add(reader);
  }

  /** Asks all to save and end. */
  public void stop() {
    processes.forEach(Process::destroy);
  }

  public void kill() {
    processes.forEach(Process::destroyForcibly);
  }

  /**
   * Waits for all of them. When one has ended in another way than the last one of a whole group,
   * the others notice by themselves; those that have not ended after {@code grace} are killed.
   *
   * @return their exit codes
   */
  public List<Integer> await(Duration grace) throws InterruptedException {
    long lost = 0;
    while (processes.stream().anyMatch(Process::isAlive)) {
      boolean anyLost = processes.stream().anyMatch(p -> !p.isAlive() && p.exitValue() != 0);
      if (anyLost && lost == 0) {
        lost = System.nanoTime();
        if (processes.stream().anyMatch(p -> !p.isAlive() && p.exitValue() == ExitCode.USAGE)) {
          stop(); // nobody waits for a rank that will not come
        }
      }
      if (anyLost && System.nanoTime() - lost > grace.toNanos()) {
        kill();
      }
      TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
    }
    for (Thread reader : readers) {
      reader.join(LOOK.toMillis() * 10);
    }
    return processes.stream().map(Process::exitValue).toList();
  }

  /**
   * What the group as a whole tells whoever started it: done if all are; a mistake or a failure for
   * good if one found one; else interrupted, since the others save and end when one is lost.
   */
  public static int exitCode(List<Integer> codes) {
    for (int code : List.of(ExitCode.USAGE, ExitCode.FAILED, ExitCode.INTERRUPTED)) {
      if (codes.contains(code)) {
        return code;
      }
    }
    return codes.stream().filter(code -> code != ExitCode.DONE).findFirst().orElse(ExitCode.DONE);
  }
}
