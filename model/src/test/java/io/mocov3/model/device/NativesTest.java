package io.mocov3.model.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesTest {
  private static final int PROCESSES = 4;

  @Test
  void processesMayBeTheFirstOnAMachineAtTheSameTime(@TempDir Path folder) throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(start(folder, i));
    }

    for (int i = 0; i < PROCESSES; i++) {
      assertThat(processes.get(i).waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(processes.get(i).exitValue()).as(Files.readString(log(folder, i))).isZero();
    }
  }

  private static Process start(Path folder, int number) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"),
            "-XX:ErrorFile=" + folder.resolve("fatal-%p.log"),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            First.class.getName())
        .redirectErrorStream(true)
        .redirectOutput(log(folder, number).toFile())
        .start();
  }

  private static Path log(Path folder, int number) {
    return folder.resolve(number + ".log");
  }

  /** What any command does first, and a sum. */
  static final class First {
    private First() {}

    public static void main(String[] args) {
      Threads.configure(1);
      Tensor sum = torch.ones(3).sum();
      if (sum.item_float() != 3) {
        throw new IllegalStateException("a sum of three ones is " + sum.item_float());
      }
      Runtime.getRuntime().halt(0);
    }
  }
}
