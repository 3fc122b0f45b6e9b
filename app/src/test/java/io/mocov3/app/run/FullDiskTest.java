package io.mocov3.app.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mocov3.actors.events.Adjustments;
import io.mocov3.actors.events.Capsule;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.app.lines.JsonLines;
import io.mocov3.app.lines.LineReader;
import io.mocov3.app.lines.LogWatch;
import io.mocov3.app.process.SmallDisk;
import io.mocov3.metrics.PrometheusMetrics;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.model.step.GradientNorms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs on a real disk that is full. */
class FullDiskTest {
  private static final Incident INCIDENT = new Incident(IncidentKind.SPIKE, 70, 100, "a spike");
  private static final Adjustments ADJUSTMENTS = new Adjustments(1, 40, 1, false, 0);
  private static final Capsule CAPSULE =
      new Capsule(
          100,
          "spike",
          "a spike",
          0,
          List.of(
              new Capsule.Entry(
                  100,
                  99,
                  List.of("a.jpg"),
                  1,
                  0,
                  0,
                  true,
                  new GradientNorms(List.of("all"), List.of(1.0), List.of(1.0)))));

  private final List<String> warnings = new ArrayList<>();
  private final PrometheusMetrics metrics = new PrometheusMetrics("run", "1", () -> 1);
  private final LogWatch watch = new LogWatch(metrics, warnings::add);

  @TempDir private Path folder;
  private SmallDisk disk;
  private Path file;

  @BeforeEach
  void mount() throws Exception {
    disk = SmallDisk.mount(folder.resolve("disk"), 2);
    file = disk.path().resolve("lines.jsonl");
  }

  @AfterEach
  void unmount() throws Exception {
    metrics.close();
    if (disk != null) {
      disk.close();
    }
  }

  @Test
  void linesWaitForRoomAndComeInOrderAndTheFileHasWholeLinesOnly() throws Exception {
    try (JsonLines lines = new JsonLines(file, watch)) {
      lines.append(Map.of("step", 1));
      disk.fill();
      for (long step = 2; step <= 1000; step++) {
        lines.append(Map.of("step", step));
      }
      List<Long> before = steps();
      assertThat(before).hasSizeLessThan(1000).isEqualTo(upTo(before.size()));
      assertThat(Files.readString(file)).endsWith("}\n");
      assertThat(waiting()).isEqualTo(1000.0 - before.size());

      disk.free();
      await()
          .untilAsserted(
              () -> {
                lines.catchUp();
                assertThat(waiting()).isZero();
              });
    }

    assertThat(steps()).isEqualTo(upTo(1000));
    assertThat(warnings)
        .containsExactly(
            "lines.jsonl cannot be written (No space left on device); training goes on and its"
                + " lines wait in memory: make room",
            warnings.getLast());
    assertThat(warnings.getLast())
        .matches("lines\\.jsonl is written again: \\d+ lines had waited, 0 of them are lost");
  }

  @Test
  void theOldestAreLostBeyondTheBoundAndCounted() throws Exception {
    String ids = "x".repeat(1 << 20);
    try (JsonLines lines = new JsonLines(file, watch)) {
      disk.fill();
      for (long step = 1; step <= 20; step++) {
        lines.append(Map.of("step", step, "ids", ids));
      }
    }

    assertThat(value("mocov3_log_lines_dropped_total")).isEqualTo(20);
    assertThat(warnings).last().isEqualTo("lines.jsonl: 20 lines could not be written");
  }

  @Test
  void aFileIsCutBackWhereThereIsNoRoom() throws Exception {
    try (JsonLines lines = new JsonLines(file, watch)) {
      for (long step = 1; step <= 20_000; step++) {
        lines.append(Map.of("step", step));
      }
      lines.append(Map.of("step", 9_999));
      disk.fill();

      lines.truncateAfter(10_000);
      lines.append(Map.of("step", 10_001));
    }

    assertThat(steps()).hasSize(10_002).endsWith(10_000L, 9_999L, 10_001L);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aRollbackAndACapsuleWaitForRoomToo() throws Exception {
    Path run = disk.path().resolve("run");
    try (RunDirectory directory = RunDirectory.open(run);
        RunFiles files = new RunFiles(directory, watch)) {
      for (long step = 1; step <= 100; step++) {
        files.on(Told.step(step, 1));
      }
      disk.fill();

      files.on(new StabilityEvent.RolledBack(100, 60, INCIDENT, ADJUSTMENTS));
      files.on(new Progress.CapsuleFilled(CAPSULE));
      Path capsule = CapsuleFile.in(directory.paths().capsules(), CAPSULE);
      assertThat(capsule).doesNotExist();
      disk.free();
      AtomicLong next = new AtomicLong(61);
      await()
          .untilAsserted(
              () -> {
                files.on(Told.step(next.getAndIncrement(), 2));
                assertThat(capsule).exists();
              });

      assertThat(CapsuleFile.read(capsule).step()).isEqualTo(100);
    }
    assertThat(Files.readAllLines(run.resolve("undone/rollback-01/metrics.jsonl"))).hasSize(40);
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl")).subList(59, 62))
        .satisfiesExactly(
            line -> assertThat(line).contains("\"step\":60,"),
            line -> assertThat(line).contains("\"step\":61,"),
            line -> assertThat(line).contains("\"step\":62,"));
  }

  private double waiting() {
    return value("mocov3_log_lines_waiting");
  }

  private double value(String name) {
    return metrics
        .exposition()
        .scrape("")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + "{file=\"lines.jsonl\"}"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private List<Long> steps() throws Exception {
    List<Long> steps = new ArrayList<>();
    LineReader.read(file, line -> steps.add(line.object().orElseThrow().path("step").asLong()));
    return steps;
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }
}
