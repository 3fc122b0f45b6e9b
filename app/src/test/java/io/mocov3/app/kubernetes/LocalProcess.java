package io.mocov3.app.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.mocov3.app.process.Mocov3Process;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The program as a process of this machine, with the container's arguments and environment. It has
 * no file system of its own: paths in both, and in the mounted texts, are those of the volumes.
 */
final class LocalProcess implements ContainerRuntime {
  private final int meetingPort;

  LocalProcess() throws IOException {
    meetingPort = ControlPlane.freePort();
  }

  @Override
  public Running start(Pod pod, Map<String, Path> volumes, Path log) throws IOException {
    Container container = ContainerRuntime.only(pod);
    for (var mount : container.getVolumeMounts()) {
      if (Boolean.TRUE.equals(mount.getReadOnly())) {
        moveTexts(volumes.get(mount.getMountPath()), volumes);
      }
    }
    List<String> arguments =
        container.getArgs().stream().map(argument -> moved(argument, volumes)).toList();
    ProcessBuilder builder = program("-Djava.io.tmpdir=" + volumes.get("/tmp"), arguments);
    ContainerRuntime.environment(pod)
        .forEach((name, value) -> builder.environment().put(name, moved(value, volumes)));
    share(builder.environment());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    return new OfProcess(builder.start());
  }

  /** Pods have an address each; here the first one's port is the only one that is served. */
  private void share(Map<String, String> environment) {
    String index = environment.getOrDefault("JOB_COMPLETION_INDEX", "0");
    environment.put("MASTER_ADDR", "127.0.0.1");
    environment.put("MASTER_PORT", Integer.toString(meetingPort));
    if (!index.equals("0")) {
      environment.put("CONFIG_FORCE_mocov3_http_enabled", "false");
    }
  }

  /** Of the distribution that is unpacked at -Dmocov3.home, else of the classes under test. */
  private static ProcessBuilder program(String flag, List<String> arguments) {
    String home = System.getProperty("mocov3.home");
    if (home == null) {
      return Mocov3Process.builder(List.of(flag), arguments);
    }
    List<String> command = new ArrayList<>(List.of(home + "/bin/mocov3"));
    command.addAll(arguments);
    ProcessBuilder launched = new ProcessBuilder(command);
    launched.environment().put("MOCOV3_JAVA_OPTS", flag);
    return launched;
  }

  private static void moveTexts(Path folder, Map<String, Path> volumes) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String text = moved(Files.readString(file), volumes);
        Files.delete(file);
        Files.writeString(file, text);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static String moved(String text, Map<String, Path> volumes) {
    String mounts = volumes.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|"));
    return Pattern.compile("(?<![\\w/.-])(" + mounts + ")\\b")
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(volumes.get(found.group(1)).toString()));
  }

  private record OfProcess(Process process) implements Running {

    @Override
    public OptionalInt exitCode() {
      return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    @Override
    public void terminate() {
      process.destroy();
    }

    @Override
    public void kill() {
      process.destroyForcibly();
    }
  }
}
