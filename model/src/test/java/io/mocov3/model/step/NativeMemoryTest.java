package io.mocov3.model.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NativeMemoryTest {
  private static final long MEBIBYTE = 1 << 20;

  /** A heap of a few gigabytes has addresses of 35 bits. */
  private static final long ABOVE_THE_HEAP = 1L << 36;

  private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ ");

  @Test
  @EnabledOnOs(OS.LINUX)
  void stepsLeaveNoNativeObjectsBehind() throws IOException {
    try (TrainingStep model = Tiny.model(1)) {
      train(model, 0, 200);
      long pointers = Pointer.totalCount();
      long bytes = nativeBytes();

      train(model, 200, 3200);

      assertThat(Pointer.totalCount()).isEqualTo(pointers);
      assertThat(nativeBytes() - bytes).isLessThan(100 * MEBIBYTE);
    }
  }

  /** Resident memory beside Java's heap, which lies below all else. */
  private static long nativeBytes() throws IOException {
    boolean beside = false;
    long kibibytes = 0;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      Matcher mapping = MAPPING.matcher(line);
      if (mapping.lookingAt()) {
        beside = Long.parseUnsignedLong(mapping.group(1), 16) >= ABOVE_THE_HEAP;
      } else if (beside && line.startsWith("Rss:")) {
        kibibytes += Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return kibibytes << 10;
  }

  private static void train(TrainingStep model, int from, int to) {
    for (int step = from; step < to; step++) {
      try (PointerScope scope = new PointerScope()) {
        model.run(Tiny.views(step), new Rates(1e-3, 0.99));
      }
    }
  }
}
