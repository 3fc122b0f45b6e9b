package io.mocov3.app.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineMemoryTest {
  @TempDir private Path root;

  @Test
  void isWhatTheMachineHasFree() throws IOException {
    file("proc/meminfo", "MemTotal:       24000 kB\nMemAvailable:   20000 kB\n");

    assertThat(MachineMemory.of(root)).isEqualTo(new MachineMemory(20_000L * 1024, "the machine"));
  }

  @Test
  void isBoundByTheControlGroupOfAContainer() throws IOException {
    file("proc/meminfo", "MemAvailable:   20000 kB\n");
    file("proc/self/cgroup", "0::/\n");
    file("sys/fs/cgroup/memory.max", "8000000\n");
    file("sys/fs/cgroup/memory.current", "3000000\n");
    file("sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 500000\n");

    MachineMemory memory = MachineMemory.of(root);

    assertThat(memory.available()).isEqualTo(5_500_000);
    assertThat(memory.bound()).startsWith("the control group").contains("memory.max");
  }

  @Test
  void isBoundByTheTightestGroupAboveIt() throws IOException {
    file("proc/meminfo", "MemAvailable:   20000 kB\n");
    file("proc/self/cgroup", "0::/pods/one\n");
    file("sys/fs/cgroup/pods/one/memory.max", "max\n");
    file("sys/fs/cgroup/pods/one/memory.current", "1\n");
    file("sys/fs/cgroup/pods/memory.max", "4000000\n");
    file("sys/fs/cgroup/pods/memory.current", "1000000\n");

    assertThat(MachineMemory.of(root).available()).isEqualTo(3_000_000);
  }

  @Test
  void readsTheFirstVersionOfControlGroupsToo() throws IOException {
    file("proc/meminfo", "MemAvailable:   20000 kB\n");
    file("proc/self/cgroup", "9:cpu:/x\n4:memory:/job\n");
    file("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "6000000\n");
    file("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "2000000\n");

    assertThat(MachineMemory.of(root).available()).isEqualTo(4_000_000);
  }

  @Test
  void isAllThatTheMachineHasWhereItDoesNotTellWhatIsFree() {
    assertThat(MachineMemory.of(root).available())
        .isGreaterThanOrEqualTo(MachineMemory.ofThisProcess().available());
  }

  @Test
  void ofThisProcessIsNotNothing() {
    assertThat(MachineMemory.ofThisProcess().available()).isPositive();
  }

  private void file(String name, String content) throws IOException {
    Path path = root.resolve(name);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }
}
