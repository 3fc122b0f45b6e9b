package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.app.Main;
import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.shapes.ShapesConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The paper's networks, whole: minutes of time and gigabytes of memory and disk. */
@Tag("sizes")
class PaperSizesTest {
  private static final Duration PATIENCE = Duration.ofMinutes(90);

  private static final String EXPERIMENT =
      """
      mocov3 {
        data { train = "IMAGES/train", test = "IMAGES/test", workers = 2, buffers = 2 }
        model.preset = vit-base
        schedule.warmup-epochs = 0
        evaluation {
          knn { every-epochs = 0, train-images = 48, test-images = 24, k = [1, 5] }
          live { every-steps = 4, images = 16, queue-length = 128, k = [1, 5] }
        }
        stability.spikes.warm-up-steps = 10
        http.enabled = false
      }
      """;

  @TempDir private Path folder;
  private Path experiment;

  @BeforeEach
  void describe() throws IOException {
    Shapes.ensure(folder.resolve("images"), new ShapesConfig(100, 40, 96, 7));
    experiment = folder.resolve("experiment.conf");
    Files.writeString(
        experiment, EXPERIMENT.replace("IMAGES", folder.resolve("images").toString()));
  }

  @Test
  void aVitBaseSavesGoesOnAndKeepsToItsForecast() throws Exception {
    String[] small = {"data.batch-size=2", "checkpoint.every-steps=1", "run.steps=2"};

    Peak whole = train("whole", small);
    Files.delete(folder.resolve("whole/checkpoints/latest"));
    deleteTree(folder.resolve("whole/checkpoints/step-00000002"));
    Peak again = train("whole", small);

    assertThat(List.of(whole.exitCode(), again.exitCode())).as(whole.errors()).containsOnly(0);
    assertThat(again.errors()).contains("resuming after step 1 of 2");
    assertThat((double) whole.bytes()).isCloseTo(forecast("whole", small), withinPercentage(15.0));
  }

  @Test
  void aVitBaseGoesThroughAllThatHappensToARun() throws Exception {
    String[] settings = {
      "data.batch-size=8",
      "run.steps=12",
      "checkpoint.every-steps=3",
      "checkpoint.keep=4",
      "evaluation.knn.every-steps=6",
      "stability.policy=rollback",
      "stability.act-on=[non-finite, spike]",
      "stability.drill.layer=block_03",
      "stability.drill.step=11",
      "stability.drill.factor=1000"
    };
    Path run = folder.resolve("run");
    Mocov3Process first = Mocov3Process.start(folder.resolve("first.txt"), command(run, settings));
    await().atMost(PATIENCE).until(() -> steps(run) >= 5);
    first.kill();

    Peak second = train("run", settings);

    assertThat(second.exitCode()).as(second.errors()).isZero();
    assertThat(second.errors()).contains("resuming after step 3 of 12", "rolled back from step 11");
    assertThat(steps(run)).isEqualTo(12);
    assertThat((double) second.bytes())
        .isCloseTo(forecast("run", settings), withinPercentage(15.0));
    Path out = folder.resolve("timm");
    assertThat(
            Main.commandLine()
                .execute("export", "--run", run.toString(), "--format", "timm", "--out", out + ""))
        .isZero();
    assertThat(out.resolve("model.safetensors")).exists();
  }

  @Test
  void aVitLargeTrainsThreeStepsOrIsRefusedWithItsNumbers() throws Exception {
    String[] settings = {"model.preset=vit-large", "data.batch-size=4", "run.steps=3"};

    Peak large = train("large", settings);

    assertThat(large.exitCode()).as(large.errors()).isIn(0, 2);
    if (large.exitCode() == 0) {
      assertThat((double) large.bytes())
          .isCloseTo(forecast("large", settings), withinPercentage(15.0));
    } else {
      assertThat(large.errors()).contains("training needs about", "free; lower");
    }
  }

  @Test
  void aVitHugeIsRefusedWithItsNumbersWhereItCannotFit() throws Exception {
    String[] settings = {"model.preset=vit-huge", "data.batch-size=64", "run.steps=3"};
    assumeThat(Runtime.getRuntime().availableProcessors()).as("a small machine").isLessThan(16);

    Peak huge = train("huge", settings);

    assertThat(huge.exitCode()).isEqualTo(2);
    assertThat(huge.errors()).contains("training needs about", "activations", "free; lower");
  }

  /** The end of a process and the most memory that it ever had. */
  private record Peak(int exitCode, long bytes, String errors) {}

  private Peak train(String run, String... settings) throws Exception {
    Mocov3Process process =
        Mocov3Process.start(folder.resolve(run + ".txt"), command(folder.resolve(run), settings));
    long peak = 0;
    while (process.isAlive()) {
      peak = Math.max(peak, process.peakBytes());
      Thread.sleep(50);
    }
    return new Peak(process.exitCode(), peak, process.errors());
  }

  private List<String> command(Path run, String... settings) {
    List<String> command = new ArrayList<>(List.of("train", experiment.toString()));
    command.addAll(List.of("--set", "run.directory=\"" + run + "\""));
    Stream.of(settings).forEach(setting -> command.addAll(List.of("--set", setting)));
    return command;
  }

  private double forecast(String run, String... settings) throws IOException {
    StringWriter out = new StringWriter();
    List<String> command = new ArrayList<>(command(folder.resolve(run), settings));
    command.set(0, "doctor");
    command.add("--json");
    Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(new StringWriter()))
        .execute(command.toArray(String[]::new));
    return new ObjectMapper().readTree(out.toString()).at("/memory/needed_bytes").asDouble();
  }

  private static long steps(Path run) throws IOException {
    Path metrics = run.resolve("metrics.jsonl");
    if (!Files.exists(metrics)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(metrics)) {
      return lines.filter(line -> line.startsWith("{\"type\":\"step\"")).count();
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
