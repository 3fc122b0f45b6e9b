package io.mocov3.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.app.lines.LogWatch;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.augment.codec.Reason;
import io.mocov3.metrics.NoMetrics;
import io.mocov3.model.step.Rates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
      files.on(
          new Progress.StepCompleted(
              3, 0.25, 241, 5.5, new Rates(1e-4, 0.99), Duration.ofSeconds(2)));
      files.on(Told.knn(3, 20, "train-set", 0.75));
    }

    assertThat(Files.readAllLines(directory.paths().metrics()))
        .containsExactly(
            "{\"type\":\"step\",\"step\":3,\"epoch\":0.25,\"loss\":5.5,\"learning_rate\":1.0E-4,"
                + "\"momentum\":0.99,\"images_per_second\":120.5}",
            "{\"type\":\"knn\",\"step\":3,\"probe\":\"test\",\"source\":\"train-set\",\"k\":20,"
                + "\"temperature\":0.07,\"accuracy\":0.75}");
  }

  @Test
  void aFullProbeIsKnownByItsStep() {
    try (RunFiles files = new RunFiles(directory, watch)) {
      files.on(Told.knn(10, 20, "queue", 0.5));
      files.on(Told.knn(20, 20, "train-set", 0.5));

      assertThat(files.settleProbe(10, Set.of("test"))).isFalse();
      assertThat(files.settleProbe(20, Set.of("test"))).isTrue();
      assertThat(files.settleProbe(20, Set.of("test", "pets"))).isFalse();
    }
  }

  @Test
  void aFileAppearsWithItsFirstLine() {
    try (RunFiles files = new RunFiles(directory, watch)) {
      files.on(new Progress.Started(0, 9));
      files.on(Told.step(1, 5.5));
    }

    assertThat(directory.paths().metrics()).exists();
    assertThat(directory.paths().samples()).doesNotExist();
    assertThat(directory.paths().quarantine()).doesNotExist();
  }

  @Test
  void aLossThatIsNotFiniteIsStillJson() throws Exception {
    try (RunFiles files = new RunFiles(directory, watch)) {
      files.on(Told.step(1, Double.NaN));
    }

    JsonNode line = new ObjectMapper().readTree(Files.readString(directory.paths().metrics()));

    assertThat(line.path("loss").asText()).isEqualTo("NaN");
  }

  @Test
  void aResumedRunHasEachStepOnce() throws Exception {
    try (RunFiles files = new RunFiles(directory, watch)) {
      for (long step = 1; step <= 4; step++) {
        files.on(Told.step(step, 1));
        files.on(new Progress.SamplesSeen(step, List.of("a-" + step)));
      }
    }

    try (RunFiles files = new RunFiles(directory, watch)) {
      files.on(new Progress.Started(2, 9));
      files.on(new Progress.SamplesSeen(3, List.of("b-3")));
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
      files.on(new SideWork.SampleUndecodable(bad("a.jpg")));
      files.on(new SideWork.SampleUndecodable(bad("a.jpg")));
    }

    try (RunFiles files = new RunFiles(directory, watch)) {
      files.on(new SideWork.SampleUndecodable(bad("a.jpg")));
      files.on(new SideWork.SampleUndecodable(bad("b.jpg")));
    }

    assertThat(Files.readAllLines(directory.paths().quarantine()))
        .containsExactly(
            "{\"id\":\"a.jpg\",\"reason\":\"truncated\",\"detail\":\"ends early\"}",
            "{\"id\":\"b.jpg\",\"reason\":\"truncated\",\"detail\":\"ends early\"}");
  }

  @Test
  void aQuarantineWhoseLastLineWasCutOffDoesNotStopTheRun() throws Exception {
    try (RunFiles files = new RunFiles(directory, watch)) {
      files.on(new SideWork.SampleUndecodable(bad("a.jpg")));
    }
    Files.writeString(directory.paths().quarantine(), "{\"id\":\"b.j", StandardOpenOption.APPEND);

    try (RunFiles files = new RunFiles(directory, watch)) {
      files.on(new SideWork.SampleUndecodable(bad("b.jpg")));
    }

    assertThat(Files.readAllLines(directory.paths().quarantine()))
        .extracting(line -> new ObjectMapper().readTree(line).path("id").asText())
        .containsExactly("a.jpg", "b.jpg");
  }

  @Test
  void aBadByteInALogDoesNotBlockResuming() throws Exception {
    try (RunFiles files = new RunFiles(directory, watch)) {
      files.on(new SideWork.SampleUndecodable(bad("a.jpg")));
      files.on(new SideWork.SampleUndecodable(bad("b.jpg")));
      for (long step = 1; step <= 3; step++) {
        files.on(Told.step(step, 1));
        files.on(Told.gradients(step, List.of("all"), 1));
        files.on(new StabilityEvent.Skipped(step));
      }
    }
    for (String log : LOGS) {
      byte[] bytes = Files.readAllBytes(path.resolve(log));
      bytes[3] = (byte) 0xFF;
      Files.write(path.resolve(log), bytes);
    }

    try (RunFiles files = new RunFiles(directory, watch)) {
      files.on(new Progress.Started(2, 9));
      files.on(new SideWork.SampleUndecodable(bad("b.jpg")));
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
