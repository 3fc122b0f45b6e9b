package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that have less memory than they would like. */
class MemoryTest {
  @TempDir private static Path shared;
  @TempDir private Path folder;
  private Path errors;

  @BeforeAll
  static void makeImages() {
    TinyRun.makeImages(shared);
  }

  @BeforeEach
  void nameFiles() {
    errors = folder.resolve("errors.txt");
  }

  @Test
  void checkpointsAndProbesNeedNoMemoryThatTheJvmCaps() throws Exception {
    Path run = folder.resolve("native");
    List<String> flags = List.of("-XX:MaxDirectMemorySize=8m");

    Mocov3Process training =
        Mocov3Process.start(
            errors, flags, train(run, "run.steps=4", "model.projector.hidden=1024"));

    assertThat(training.exitCode()).as(training.errors()).isZero();
    assertThat(run.resolve("checkpoints/step-00000004/model.safetensors")).exists();
  }

  @Test
  void memoryThatRunsOutEndsTrainingWithOneLine() throws Exception {
    Path prlimit = Path.of("/usr/bin/prlimit");
    assumeThat(prlimit).as("needs prlimit of util-linux").isExecutable();
    Path run = folder.resolve("memory");

    Mocov3Process training =
        Mocov3Process.startUnder(
            List.of(prlimit.toString(), "--as=" + (7L << 30)),
            errors,
            train(
                run,
                "model.projector.hidden=16384",
                "model.projector.layers=4",
                "run.check-memory=false"));

    assertThat(training.exitCode()).as(training.errors()).isEqualTo(3);
    assertThat(training.errors().lines().filter(line -> line.startsWith("mocov3: ")).toList())
        .as(training.errors())
        .hasSize(1)
        .first(InstanceOfAssertFactories.STRING)
        .contains("out of memory", "data.batch-size");
    assertThat(training.errors()).doesNotContain("at io.mocov3", "frame #");
  }

  @Test
  void aTrainingThatCannotFitIsRefusedBeforeItsFirstStep() throws Exception {
    Path run = folder.resolve("forecast");

    Mocov3Process training =
        Mocov3Process.run(
            errors, train(run, "model.projector.hidden=20000", "model.projector.layers=16"));

    assertThat(training.exitCode()).isEqualTo(2);
    assertThat(TinyRun.message(training))
        .contains("training needs about", "GB of memory", "free; lower model.preset");
    assertThat(run).doesNotExist();
  }

  private static List<String> train(Path run, String... overrides) throws IOException {
    return TinyRun.train(shared, run, overrides);
  }
}
