package io.mocov3.app.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The manifest's image in a real container: its user, groups, capabilities, root file system, limit
 * of memory and mounts are as the manifest says. On the network of this machine, for there is none
 * of pods. Needs root.
 */
final class Podman implements ContainerRuntime {

  @Override
  public Running start(Pod pod, Map<String, Path> volumes, Path log) throws IOException {
    Container container = ContainerRuntime.only(pod);
    PodSecurityContext group = pod.getSpec().getSecurityContext();
    for (VolumeMount mount : container.getVolumeMounts()) {
      boolean readOnly = Boolean.TRUE.equals(mount.getReadOnly());
      giveTo(group.getFsGroup().intValue(), volumes.get(mount.getMountPath()), readOnly);
    }
    String name = pod.getMetadata().getNamespace() + "-" + pod.getMetadata().getName();
    List<String> command = new ArrayList<>(List.of("podman", "run", "--rm", "--name", name));
    command.addAll(List.of("--runtime=runc", "--network=host"));
    // what a test may raise is less than what podman would
    command.addAll(List.of("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"));
    command.addAll(security(group, container.getSecurityContext()));
    Quantity memory = container.getResources().getLimits().get("memory");
    command.add("--memory=" + memory.getNumericalAmount().longValueExact());
    for (VolumeMount mount : container.getVolumeMounts()) {
      String mode = Boolean.TRUE.equals(mount.getReadOnly()) ? "ro" : "rw";
      Path source = volumes.get(mount.getMountPath()).toAbsolutePath();
      command.add("--volume=%s:%s:%s".formatted(source, mount.getMountPath(), mode));
    }
    ContainerRuntime.environment(pod)
        .forEach((key, value) -> command.add("--env=" + key + "=" + value));
    command.add(container.getImage());
    command.addAll(container.getArgs());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    return new InPodman(name, builder.redirectOutput(log.toFile()).start());
  }

  private static List<String> security(PodSecurityContext pod, SecurityContext container) {
    List<String> options = new ArrayList<>();
    options.add("--user=%d:%d".formatted(pod.getRunAsUser(), pod.getRunAsGroup()));
    options.add("--group-add=" + pod.getFsGroup());
    if (Boolean.TRUE.equals(container.getReadOnlyRootFilesystem())) {
      options.addAll(List.of("--read-only", "--read-only-tmpfs=false"));
    }
    if (Boolean.FALSE.equals(container.getAllowPrivilegeEscalation())) {
      options.add("--security-opt=no-new-privileges");
    }
    container.getCapabilities().getDrop().forEach(name -> options.add("--cap-drop=" + name));
    return options;
  }

  /** As fsGroup does: the group may read what is there, and write it unless it is read-only. */
  private static void giveTo(int group, Path folder, boolean readOnly) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.toList()) {
        Files.setAttribute(path, "unix:gid", group);
        Set<PosixFilePermission> permissions = EnumSet.copyOf(Files.getPosixFilePermissions(path));
        permissions.add(PosixFilePermission.GROUP_READ);
        if (!readOnly) {
          permissions.add(PosixFilePermission.GROUP_WRITE);
        }
        if (Files.isDirectory(path)) {
          permissions.add(PosixFilePermission.GROUP_EXECUTE);
        }
        Files.setPosixFilePermissions(path, permissions);
      }
    }
  }

  private record InPodman(String name, Process process) implements Running {

    @Override
    public OptionalInt exitCode() {
      return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    @Override
    public void terminate() throws IOException {
      send("TERM");
    }

    @Override
    public void kill() throws IOException {
      if (process.isAlive()) {
        send("KILL");
      }
    }

    private void send(String signal) throws IOException {
      List<String> command = List.of("podman", "kill", "--signal=" + signal, name);
      Process kill = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean sent = kill.onExit().join().exitValue() == 0;
      if (!sent && process.isAlive()) {
        throw new IOException("SIG" + signal + " to " + name + ": " + said);
      }
    }
  }
}
