package io.mocov3.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.actors.RunLog;
import io.mocov3.augment.Decoded.Undecodable;
import io.mocov3.augment.Reason;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFilesTest {
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
    try (RunFiles files = new RunFiles(directory)) {
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
    try (RunFiles files = new RunFiles(directory)) {
      files.resumeAfter(0);
      files.step(new RunLog.Step(1, 0, 5.5, 0, 0.99, 1));
    }

    assertThat(directory.paths().metrics()).exists();
    assertThat(directory.paths().samples()).doesNotExist();
    assertThat(directory.paths().quarantine()).doesNotExist();
  }

  @Test
  void aLossThatIsNotFiniteIsStillJson() throws Exception {
    try (RunFiles files = new RunFiles(directory)) {
      files.step(new RunLog.Step(1, 0, Double.NaN, 0, 0.99, 1));
    }

    JsonNode line = new ObjectMapper().readTree(Files.readString(directory.paths().metrics()));

    assertThat(line.path("loss").asText()).isEqualTo("NaN");
  }

  @Test
  void aResumedRunHasEachStepOnce() throws Exception {
    try (RunFiles files = new RunFiles(directory)) {
      for (long step = 1; step <= 4; step++) {
        files.step(new RunLog.Step(step, 0, 1, 0, 0, 1));
        files.samples(step, List.of("a-" + step));
      }
    }

    try (RunFiles files = new RunFiles(directory)) {
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
    try (RunFiles files = new RunFiles(directory)) {
      files.quarantined(bad("a.jpg"));
      files.quarantined(bad("a.jpg"));
    }

    try (RunFiles files = new RunFiles(directory)) {
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
    try (RunFiles files = new RunFiles(directory)) {
      files.quarantined(bad("a.jpg"));
    }
    Files.writeString(directory.paths().quarantine(), "{\"id\":\"b.j", StandardOpenOption.APPEND);

    try (RunFiles files = new RunFiles(directory)) {
      files.quarantined(bad("b.jpg"));
    }

    assertThat(Files.readAllLines(directory.paths().quarantine()))
        .extracting(line -> new ObjectMapper().readTree(line).path("id").asText())
        .containsExactly("a.jpg", "b.jpg");
  }

  private static Undecodable bad(String id) {
    return new Undecodable(id, Reason.TRUNCATED, "ends early");
  }
}
