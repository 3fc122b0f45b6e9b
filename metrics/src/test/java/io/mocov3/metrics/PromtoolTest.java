package io.mocov3.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.metrics.TrainingMetrics.LifecycleState;
import io.mocov3.metrics.TrainingMetrics.Step;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromtoolTest {
  @TempDir private Path directory;

  @Test
  void promtoolReadsAScrapeAndFindsNothingWrongWithOurMetrics() throws Exception {
    assumeTrue(isInstalled("promtool"), "promtool is not on the PATH");
    Path scrape = Files.writeString(directory.resolve("scrape"), scrape());
    Path report = directory.resolve("report");

    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics")
            .redirectInput(scrape.toFile())
            .redirectErrorStream(true)
            .redirectOutput(report.toFile())
            .start();

    assertThat(promtool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(promtool.exitValue()).as(Files.readString(report)).isIn(0, 3);
    assertThat(complaints(report)).isEmpty();
  }

  /** Advice about Micrometer's own metrics is not ours to follow; its exit code is 3. */
  private static List<String> complaints(Path report) throws IOException {
    return Files.readAllLines(report, StandardCharsets.UTF_8).stream()
        .filter(line -> line.startsWith("mocov3_") || line.startsWith("error"))
        .toList();
  }

  private static String scrape() {
    try (PrometheusMetrics metrics = new PrometheusMetrics("a \"run\"", "1", () -> 1)) {
      metrics.stepCompleted(new Step(1, 0.1, 2, Double.NaN, 4, 0.5, Duration.ofMillis(6)));
      metrics.gradient("all", 1, 0.5);
      metrics.gradientSpike("all", 1);
      metrics.updateSkipped(IncidentKind.SPIKE);
      metrics.rolledBack(IncidentKind.DIP);
      metrics.dip();
      metrics.knnQueueAge(1);
      metrics.lifecycle(LifecycleState.TRAINING);
      for (Signal signal : Signal.values()) {
        metrics.signal(signal, 0.5);
      }
      metrics.knnAccuracy(new KnnAccuracy("knn", 1, 0.07, "train", 0.5));
      metrics.imageUndecodable("truncated");
      metrics.checkpointSucceeded(1);
      return metrics.exposition().scrape("").body();
    }
  }

  private static boolean isInstalled(String program) {
    return Arrays.stream(
            System.getenv().getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator), -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
