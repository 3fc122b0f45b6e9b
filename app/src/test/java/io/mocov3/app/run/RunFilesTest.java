package io.mocov3.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.actors.events.RunLog;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.augment.codec.Reason;
import io.mocov3.metrics.NoMetrics;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.step.GradientNorms;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFilesTest {
  private final List<String> warnings = new ArrayList<>();
  private final LogWatch watch = new LogWatch(NoMetrics.INSTANCE, warnings::add);

  @TempDir private Path path;
  private RunDirectory directory;

  @BeforeEach
  void open() {
    directory = RunDirectory.open(path);
  }

  @AfterEach
  void close() {
    directory.close();
  }

  @Test
  void stepsAndAccuraciesHaveTheFieldsThatToolsReadInOrder() throws Exception {
    try (RunFiles files = new RunFiles(directory, watch)) {
      files.step(new RunLog.Step(3, 0.25, 5.5, 1e-4, 0.99, 120.5));
      files.knn(3, new KnnAccuracy("test", 20, 0.07, "train-set", 0.75));
    }

    assertThat(Files.readAllLines(directory.paths().metrics()))
        .containsExactly(
            "{\"type\":\"step\",\"step\":3,\"epoch\":0.25,\"loss\":5.5,\"learning_rate\":1.0E-4,"
                + "\"momentum\":0.99,\"images_per_second\":120.5}",
            "{\"type\":\"knn\",\"step\":3,\"probe\":\"test\",\"source\":\"train-set\",\"k\":20,"
                + "\"temperature\":0.07,\"accuracy\":0.75}");
  }

  @Test
  void aFileAppearsWithItsFirstLine() {
    try (RunFiles files = new RunFiles(directory, watch)) {
      files.resumeAfter(0);
      files.step(new RunLog.Step(1, 0, 5.5, 0, 0.99, 1));
    }

    assertThat(directory.paths().metrics()).exists();
    assertThat(directory.paths().samples()).doesNotExist();
    assertThat(directory.paths().quarantine()).doesNotExist();
  }

  @Test
  void aLossThatIsNotFiniteIsStillJson() throws Exception {
    try (RunFiles files = new RunFiles(directory, watch)) {
      files.step(new RunLog.Step(1, 0, Double.NaN, 0, 0.99, 1));
    }

    JsonNode line = new ObjectMapper().readTree(Files.readString(directory.paths().metrics()));

    assertThat(line.path("loss").asText()).isEqualTo("NaN");
  }

  @Test
  void aResumedRunHasEachStepOnce() throws Exception {
    try (RunFiles files = new RunFiles(directory, watch)) {
      for (long step = 1; step <= 4; step++) {
        files.step(new RunLog.Step(step, 0, 1, 0, 0, 1));
        files.samples(step, List.of("a-" + step));
      }
    }

    try (RunFiles files = new RunFiles(directory, watch)) {
      files.resumeAfter(2);
      files.samples(3, List.of("b-3"));
    }

    assertThat(Files.readAllLines(directory.paths().metrics())).hasSize(2);
    assertThat(Files.readAllLines(directory.paths().samples()))
        .containsExactly(
            "{\"step\":1,\"ids\":[\"a-1\"]}",
            "{\"step\":2,\"ids\":[\"a-2\"]}",
            "{\"step\":3,\"ids\":[\"b-3\"]}");
  }

  @Test
  void anImageIsQuarantinedOnceAlsoAcrossRestarts() throws Exception {
    try (RunFiles files = new RunFiles(directory, watch)) {
      files.quarantined(bad("a.jpg"));
      files.quarantined(bad("a.jpg"));
    }

    try (RunFiles files = new RunFiles(directory, watch)) {
      files.quarantined(bad("a.jpg"));
      files.quarantined(bad("b.jpg"));
    }

    assertThat(Files.readAllLines(directory.paths().quarantine()))
        .containsExactly(
            "{\"id\":\"a.jpg\",\"reason\":\"truncated\",\"detail\":\"ends early\"}",
            "{\"id\":\"b.jpg\",\"reason\":\"truncated\",\"detail\":\"ends early\"}");
  }

  @Test
  void aQuarantineWhoseLastLineWasCutOffDoesNotStopTheRun() throws Exception {
    try (RunFiles files = new RunFiles(directory, watch)) {
      files.quarantined(bad("a.jpg"));
    }
    Files.writeString(directory.paths().quarantine(), "{\"id\":\"b.j", StandardOpenOption.APPEND);

    try (RunFiles files = new RunFiles(directory, watch)) {
      files.quarantined(bad("b.jpg"));
    }

    assertThat(Files.readAllLines(directory.paths().quarantine()))
        .extracting(line -> new ObjectMapper().readTree(line).path("id").asText())
        .containsExactly("a.jpg", "b.jpg");
  }

  @Test
  void aBadByteInALogDoesNotBlockResuming() throws Exception {
    try (RunFiles files = new RunFiles(directory, watch)) {
      files.quarantined(bad("a.jpg"));
      files.quarantined(bad("b.jpg"));
      for (long step = 1; step <= 3; step++) {
        files.step(new RunLog.Step(step, 0, 1, 0, 0, 1));
        files.gradients(step, new GradientNorms(List.of("all"), List.of(1.0), List.of(1.0)));
        files.event(new StabilityEvent.Skipped(step));
      }
    }
    for (String log : LOGS) {
      byte[] bytes = Files.readAllBytes(path.resolve(log));
      bytes[3] = (byte) 0xFF;
      Files.write(path.resolve(log), bytes);
    }

    try (RunFiles files = new RunFiles(directory, watch)) {
      files.resumeAfter(2);
      files.quarantined(bad("b.jpg"));
    }

    for (String log : LOGS) {
      assertThat(Files.readAllBytes(path.resolve(log))).contains((byte) 0xFF);
      assertThat(lines(path.resolve(log))).hasSize(2);
      assertThat(warnings)
          .containsOnlyOnce(
              path.resolve(log) + " line 1 is damaged; it stays there and is skipped");
    }
    assertThat(warnings).hasSize(LOGS.size());
  }

  private static final List<String> LOGS =
      List.of("metrics.jsonl", "gradients.jsonl", "events.jsonl", "quarantine.jsonl");

  private static List<String> lines(Path file) throws Exception {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).lines().toList();
  }

  private static Undecodable bad(String id) {
    return new Undecodable(id, Reason.TRUNCATED, "ends early");
  }
}
