package io.mocov3.app.memory;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The memory that this process could still take, in bytes, and what bounds it: the machine, or a
 * control group of a container or service.
 */
public record MachineMemory(long available, String bound) {

  public static MachineMemory ofThisProcess() {
    return of(Path.of("/"));
  }

  /** {@code root} holds {@code proc} and {@code sys}. */
  static MachineMemory of(Path root) {
    MachineMemory machine = machine(root.resolve("proc/meminfo"));
    return groups(root)
        .filter(group -> group.available() < machine.available())
        .reduce((a, b) -> a.available() <= b.available() ? a : b)
        .orElse(machine);
  }

  /** For one of so many processes that share it. */
  public MachineMemory sharedBy(int processes) {
    return processes == 1
        ? this
        : new MachineMemory(
            available / processes, "each of %d ranks on %s".formatted(processes, bound));
  }

  private static MachineMemory machine(Path meminfo) {
    OptionalLong available = field(meminfo, "MemAvailable:");
    if (available.isPresent()) {
      return new MachineMemory(1024 * available.getAsLong(), "the machine");
    }
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    // what a system without that line calls free leaves out what it would give up at once
    return new MachineMemory(system.getTotalMemorySize(), "the machine");
  }

  /** Of this process's control group and all above it, versions 1 and 2. */
  private static Stream<MachineMemory> groups(Path root) {
    return lines(root.resolve("proc/self/cgroup")).stream()
        .map(line -> line.split(":", 3))
        .filter(fields -> fields.length == 3)
        .flatMap(
            fields ->
                Arrays.stream(GroupFiles.values())
                    .filter(files -> files.controllers.equals(fields[1]))
                    .flatMap(files -> files.left(root, fields[2])));
  }

  private static Stream<Path> above(Path mount, String group) {
    Path innermost = mount.resolve(group.replaceFirst("^/+", "")).normalize();
    Path first = innermost.startsWith(mount) ? innermost : mount;
    return Stream.iterate(first, path -> path.startsWith(mount), Path::getParent);
  }

  /** How the files of a control group are called in the two versions. */
  private enum GroupFiles {
    TWO("", "sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    ONE(
        "memory",
        "sys/fs/cgroup/memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file");

    private final String controllers;
    private final String mount;
    private final String limit;
    private final String usage;
    private final String cached;

    GroupFiles(String controllers, String mount, String limit, String usage, String cached) {
      this.controllers = controllers;
      this.mount = mount;
      this.limit = limit;
      this.usage = usage;
      this.cached = cached;
    }

    Stream<MachineMemory> left(Path root, String group) {
      return above(root.resolve(mount), group).flatMap(this::left);
    }

    /** Pages of files that nobody reads are given up when memory is short. */
    private Stream<MachineMemory> left(Path group) {
      Path bound = group.resolve(limit);
      OptionalLong most = number(lines(bound).stream().findFirst());
      OptionalLong used = number(lines(group.resolve(usage)).stream().findFirst());
      if (most.isEmpty() || used.isEmpty()) {
        return Stream.empty();
      }
      long given = field(group.resolve("memory.stat"), cached).orElse(0);
      long left = Math.max(0, most.getAsLong() - used.getAsLong() + given);
      return Stream.of(new MachineMemory(left, "the control group (" + bound + ")"));
    }
  }

  private static OptionalLong field(Path file, String name) {
    return number(
        lines(file).stream()
            .filter(line -> line.startsWith(name + " "))
            .map(line -> line.substring(name.length()).strip().split(" ", 2)[0])
            .findFirst());
  }

  private static OptionalLong number(Optional<String> text) {
    return text.filter(digits -> digits.matches("\\d{1,18}"))
        .map(digits -> OptionalLong.of(Long.parseLong(digits)))
        .orElse(OptionalLong.empty());
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
