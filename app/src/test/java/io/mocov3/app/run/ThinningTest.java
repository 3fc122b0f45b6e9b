package io.mocov3.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.actors.events.Progress;
import io.mocov3.app.lines.LogWatch;
import io.mocov3.app.lines.Thinning;
import io.mocov3.metrics.NoMetrics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log of gradients has a bound, and the same lines however often a run is killed. */
class ThinningTest {
  private static final Thinning SMALL = new Thinning(16, 16, 8);
  private static final int STEPS = 1000;
  private static final long CHECKPOINTS = 10;
  private static final List<String> LAYERS = List.of("block_00", "all");

  @TempDir private Path folder;

  private final List<String> warnings = new ArrayList<>();
  private final LogWatch watch = new LogWatch(NoMetrics.INSTANCE, warnings::add);

  @Test
  void itsLinesAreBoundedAndTheNewestAreAllThere() throws Exception {
    List<Long> steps = steps(run("whole", List.of()));

    assertThat(steps).hasSizeLessThanOrEqualTo(16 + 16 + 8).isSorted();
    assertThat(steps.reversed().subList(0, 16)).containsExactlyElementsOf(newest(16));
    assertThat(warnings).isEmpty();
  }

  @Test
  void theStepsOfTheLargestGradientsStay() throws Exception {
    List<Long> steps = steps(run("whole", List.of()));

    assertThat(steps).contains(77L, 500L, 733L);
  }

  @Test
  void aRunThatIsKilledOverAndOverKeepsTheSameLines() throws Exception {
    Path whole = run("whole", List.of());

    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<Integer> kills = random.ints(8, 1, STEPS).sorted().boxed().toList();

      Path killed = run("killed-" + seed, kills);

      assertThat(killed).as("killed after %s", kills).hasSameTextualContentAs(whole);
    }
  }

  @Test
  void damagedLinesStay() throws Exception {
    Path file = folder.resolve("run/gradients.jsonl");
    try (RunDirectory directory = RunDirectory.open(folder.resolve("run"));
        RunFiles files = new RunFiles(directory, watch, SMALL)) {
      for (long step = 1; step <= 199; step++) {
        files.on(gradients(step));
        if (step == 50) {
          Files.writeString(file, "{\"step\":5, nonsense\n", StandardOpenOption.APPEND);
        }
      }
      files.on(gradients(200));
    }

    assertThat(Files.readString(file)).contains("nonsense").doesNotContain("\"step\":51,");
  }

  @Test
  void whoGoesOnReadsOnlyTheEnd() throws Exception {
    Path file = folder.resolve("run/gradients.jsonl");
    try (RunDirectory directory = RunDirectory.open(folder.resolve("run"))) {
      try (RunFiles files = new RunFiles(directory, watch)) {
        for (long step = 1; step <= 5000; step++) {
          files.on(gradients(step));
        }
      }
      byte[] bytes = Files.readAllBytes(file);
      bytes[3] = (byte) 0xFF;
      Files.write(file, bytes);

      try (RunFiles files = new RunFiles(directory, watch)) {
        files.on(new Progress.Started(4900, 5000));
      }
    }

    assertThat(warnings).as("the damage at the beginning was not seen").isEmpty();
    assertThat(Files.readAllLines(file, StandardCharsets.ISO_8859_1)).hasSize(4900);
  }

  /** Its log of gradients, after all steps. */
  private Path run(String name, List<Integer> kills) throws Exception {
    Path path = folder.resolve(name);
    long from = 0;
    for (int kill : kills) {
      if (kill > from) {
        part(path, from, kill);
        from = kill / CHECKPOINTS * CHECKPOINTS;
      }
    }
    part(path, from, STEPS);
    return path.resolve("gradients.jsonl");
  }

  private void part(Path path, long from, long to) {
    try (RunDirectory directory = RunDirectory.open(path);
        RunFiles files = new RunFiles(directory, watch, SMALL)) {
      files.on(new Progress.Started(from, STEPS));
      for (long step = from + 1; step <= to; step++) {
        files.on(gradients(step));
      }
    }
  }

  /** The same at the same step, with peaks, one of which is not finite. */
  private static Progress.GradientsMeasured gradients(long step) {
    double noise = new Random(step).nextDouble();
    double norm = step == 77 ? 90 : step == 500 ? Double.NaN : step == 733 ? 50 : noise;
    return Told.gradients(step, LAYERS, norm);
  }

  private static List<Long> newest(int count) {
    List<Long> steps = new ArrayList<>();
    for (long step = STEPS; step > STEPS - count; step--) {
      steps.add(step);
    }
    return steps;
  }

  private static List<Long> steps(Path file) throws Exception {
    List<Long> steps = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      steps.add(new ObjectMapper().readTree(line).path("step").asLong());
    }
    return steps;
  }
}
