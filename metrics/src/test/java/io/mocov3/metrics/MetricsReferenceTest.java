package io.mocov3.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.metrics.TrainingMetrics.CheckpointPhase;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.metrics.TrainingMetrics.LifecycleState;
import io.mocov3.metrics.TrainingMetrics.LinearAccuracy;
import io.mocov3.metrics.TrainingMetrics.PipelineStage;
import io.mocov3.metrics.TrainingMetrics.Stage;
import io.mocov3.metrics.TrainingMetrics.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MetricsReferenceTest {
  private static final Path PAGE = Path.of("..", "docs", "metrics.md");
  private static final Pattern ROW =
      Pattern.compile("\\| `(mocov3_\\w+)` \\| (\\w+) \\|([^|]*)\\| [^|]+ \\| [^|]+ \\|");
  private static final Pattern TYPE = Pattern.compile("# TYPE (mocov3_\\w+) (\\w+)");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"[^\"]*\"");

  @Test
  void thePageNamesEveryMetricOfAScrapeWithItsTypeAndLabels() throws IOException {
    Map<String, String> scraped = fromScrape(scrapeOfEverything());

    assertThat(fromPage()).isNotEmpty().isEqualTo(scraped);
  }

  private static String scrapeOfEverything() {
    try (PrometheusMetrics metrics = new PrometheusMetrics("run", "1", () -> 1)) {
      metrics.deviceMemory(Map.of("allocated", () -> 1L));
      metrics.arithmetic(1e9, 1e12);
      metrics.ranks(2);
      metrics.started();
      metrics.stepCompleted(new Step(1, 0.1, 2, 3, 4, 0.5, Duration.ofMillis(6)));
      metrics.stage(Stage.OPTIMIZER, Duration.ofMillis(1));
      metrics.dataWaited(Duration.ofMillis(1));
      metrics.keyStaleness(0);
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
      metrics.linearAccuracy(new LinearAccuracy("test", "pooled", 0.1, 0.5));
      metrics.evaluationCompleted("knn", Duration.ofMillis(1));
      metrics.pipelineStage(PipelineStage.DECODE, Duration.ofMillis(1));
      metrics.pipelineQueueDepth(PipelineStage.BATCH, 1);
      metrics.imageUndecodable("truncated");
      metrics.checkpointPhase(CheckpointPhase.WRITE, Duration.ofMillis(1));
      metrics.checkpointSucceeded(1);
      metrics.checkpointFailed();
      metrics.logLinesWaiting("metrics.jsonl", 1);
      metrics.actorFailed("trainer");
      return metrics.exposition().scrape("").body();
    }
  }

  /** Name to type and labels; the longest recent time of a timer belongs to the timer. */
  private static Map<String, String> fromScrape(String scrape) {
    Map<String, String> metrics = new TreeMap<>();
    Matcher types = TYPE.matcher(scrape);
    while (types.find()) {
      if (!types.group(1).endsWith("_seconds_max")) {
        metrics.put(types.group(1), described(types.group(2), labels(scrape, types.group(1))));
      }
    }
    return metrics;
  }

  private static Set<String> labels(String scrape, String name) {
    return scrape
        .lines()
        .filter(line -> line.matches(name + "(_bucket|_sum|_count)?[{ ].*"))
        .flatMap(line -> LABEL.matcher(line).results().map(found -> found.group(1)))
        .filter(label -> !label.equals("le"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Map<String, String> fromPage() throws IOException {
    Map<String, String> metrics = new TreeMap<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        metrics.put(row.group(1), described(row.group(2), named(row.group(3))));
      }
    }
    return metrics;
  }

  private static Set<String> named(String cell) {
    return Arrays.stream(cell.replace("`", "").split(",", -1))
        .map(String::strip)
        .filter(label -> !label.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String described(String type, Set<String> labels) {
    return type + " " + labels;
  }
}
