package io.mocov3.app.train;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The memory that this process could still take, in bytes, and what bounds it: the machine, or a
 * control group of a container or service.
 */
record MachineMemory(long available, String bound) {

  static MachineMemory ofThisProcess() {
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

  private static MachineMemory machine(Path meminfo) {
    OptionalLong available = field(meminfo, "MemAvailable:");
    if (available.isPresent()) {
      return new MachineMemory(1024 * available.getAsLong(), "the machine");
    }
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new MachineMemory(system.getFreeMemorySize(), "the machine");
  }

  /** Of this process's control group and all above it, versions 1 and 2. */
  private static Stream<MachineMemory> groups(Path root) {
    return lines(root.resolve("proc/self/cgroup")).stream()
        .map(line -> line.split(":", 3))
        .filter(fields -> fields.length == 3)
        .flatMap(
            fields ->
                switch (fields[1]) {
                  case "" -> above(root.resolve("sys/fs/cgroup"), fields[2]).flatMap(Group::two);
                  case "memory" ->
                      above(root.resolve("sys/fs/cgroup/memory"), fields[2]).flatMap(Group::one);
                  default -> Stream.empty();
                });
  }

  private static Stream<Path> above(Path mount, String group) {
    Path innermost = mount.resolve(group.replaceFirst("^/+", "")).normalize();
    Path first = innermost.startsWith(mount) ? innermost : mount;
    return Stream.iterate(first, path -> path.startsWith(mount), Path::getParent);
  }

  /** What the files of one control group say. */
  private static final class Group {
    private Group() {}

    static Stream<MachineMemory> two(Path group) {
      return left(
          group.resolve("memory.max"),
          group.resolve("memory.current"),
          group.resolve("memory.stat"),
          "inactive_file");
    }

    static Stream<MachineMemory> one(Path group) {
      return left(
          group.resolve("memory.limit_in_bytes"),
          group.resolve("memory.usage_in_bytes"),
          group.resolve("memory.stat"),
          "total_inactive_file");
    }

    /** Pages of files that nobody reads are given up when memory is short. */
    private static Stream<MachineMemory> left(Path limit, Path usage, Path stat, String cached) {
      OptionalLong most = number(lines(limit).stream().findFirst());
      OptionalLong used = number(lines(usage).stream().findFirst());
      if (most.isEmpty() || used.isEmpty()) {
        return Stream.empty();
      }
      long left = most.getAsLong() - used.getAsLong() + field(stat, cached).orElse(0);
      return Stream.of(new MachineMemory(Math.max(0, left), "the control group (" + limit + ")"));
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
