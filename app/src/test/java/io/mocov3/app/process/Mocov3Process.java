package io.mocov3.app.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The program as users run it: a process of its own with its own exit code. */
public final class Mocov3Process {
  private static final long TIMEOUT_SECONDS = 120;

  private final Process process;
  private final Path errors;

  private Mocov3Process(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
  }

  public static Mocov3Process start(Path errors, List<String> arguments) throws IOException {
    return start(errors, List.of(), arguments);
  }

  /** With more flags for the JVM. */
  public static Mocov3Process start(Path errors, List<String> flags, List<String> arguments)
      throws IOException {
    return start(List.of(), errors, flags, arguments);
  }

  /** Started by another program. */
  static Mocov3Process startUnder(List<String> program, Path errors, List<String> arguments)
      throws IOException {
    return start(program, errors, List.of(), arguments);
  }

  private static Mocov3Process start(
      List<String> program, Path errors, List<String> flags, List<String> arguments)
      throws IOException {
    ProcessBuilder builder = builder(program, flags, arguments);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return new Mocov3Process(builder.start(), errors);
  }

  /** How it is started, with more flags for the JVM. */
  public static ProcessBuilder builder(List<String> flags, List<String> arguments) {
    return builder(List.of(), flags, arguments);
  }

  private static ProcessBuilder builder(
      List<String> program, List<String> flags, List<String> arguments) {
    List<String> command = new ArrayList<>(program);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dorg.bytedeco.javacpp.maxBytes=0");
    command.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    command.add("-Xmx512m");
    // it lives for seconds: the optimising compiler would cost more than it gives
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("io.mocov3.app.Main");
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(Map.of("OMP_NUM_THREADS", "2", "OMP_WAIT_POLICY", "PASSIVE"));
    return builder;
  }

  /** Runs to the end. */
  public static Mocov3Process run(Path errors, List<String> arguments) throws Exception {
    Mocov3Process started = start(errors, arguments);
    started.exitCode();
    return started;
  }

  public int exitCode() throws InterruptedException {
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running after " + TIMEOUT_SECONDS + " s: " + errors());
    }
    return process.exitValue();
  }

  /** The most memory that the running process has had so far; 0 where that cannot be told. */
  long peakBytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** The processes that it has started, in the order in which it did. */
  List<ProcessHandle> children() {
    return process.children().sorted(Comparator.comparingLong(ProcessHandle::pid)).toList();
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  public String errors() {
    try {
      return Files.readString(errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
