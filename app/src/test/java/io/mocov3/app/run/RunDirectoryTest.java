package io.mocov3.app.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.app.data.DataDigest;
import io.mocov3.app.lines.LogWatch;
import io.mocov3.app.output.RunException;
import io.mocov3.metrics.NoMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
  @TempDir private Path parent;

  @Test
  void whatAKilledProcessHadBegunToWriteIsSwept() throws Exception {
    Path run = Files.createDirectories(parent.resolve("run"));
    Path capsules = Files.createDirectories(run.resolve("capsules"));
    Files.writeString(run.resolve(".gradients.jsonl.tmp"), "half");
    Files.writeString(capsules.resolve(".step-00000005-spike.json.tmp"), "half");
    Files.writeString(run.resolve("notes.tmp"), "a person's");

    RunDirectory.open(run).close();

    assertThat(run.toFile().list()).containsExactlyInAnyOrder("capsules", "notes.tmp", ".lock");
    assertThat(capsules).isEmptyDirectory();
  }

  @Test
  void aRunIsHeldByOneTrainerAtATime() {
    Path path = parent.resolve("runs/one");

    try (RunDirectory held = RunDirectory.open(path)) {
      assertThat(held.path()).isEqualTo(path);
      assertThatThrownBy(() -> RunDirectory.open(path))
          .isInstanceOf(RunException.class)
          .hasMessage(
              path + " is in use by another trainer; stop it, or set another run.directory");
    }

    RunDirectory.open(path).close();
  }

  @Test
  void anotherTrainerIsWaitedForAfterALine() {
    Path path = parent.resolve("run");
    List<String> lines = new ArrayList<>();
    RunDirectory held = RunDirectory.open(path);

    RunDirectory.open(
            path,
            Duration.ofSeconds(30),
            line -> {
              lines.add(line);
              held.close();
            })
        .close();

    assertThat(lines)
        .containsExactly(path + " is in use by another trainer; waiting for it, up to 30 s");
  }

  @Test
  void aDirectoryThatCannotBeMadeIsRefusedInOneLine() throws Exception {
    Path file = Files.createFile(parent.resolve("file"));
    Path below = file.resolve("run");

    assertThatThrownBy(() -> RunDirectory.open(below))
        .isInstanceOf(RunException.class)
        .hasMessageStartingWith("run.directory " + below + " cannot be written (")
        .hasMessageEndingWith("; set another one")
        .message()
        .hasLineCount(1);
  }

  @Test
  void aSmallFileIsReplacedAsAWhole() {
    try (RunDirectory directory = RunDirectory.open(parent)) {
      directory.write(directory.paths().configFile(), "first and long");
      directory.write(directory.paths().configFile(), "second");

      assertThat(directory.paths().configFile()).hasContent("second");
      assertThat(parent).isDirectoryNotContaining("glob:**.tmp");
    }
  }

  @Test
  void aDirectoryThatWasMovedIsMissedAndFound() throws Exception {
    Path path = parent.resolve("run");
    Path elsewhere = parent.resolve("elsewhere");
    try (RunDirectory directory = RunDirectory.open(path)) {
      assertThat(directory.lost()).isEmpty();

      Files.move(path, elsewhere);
      Files.createDirectory(path);

      assertThat(directory.lost().orElseThrow())
          .startsWith("run.directory " + path + " was moved to " + elsewhere.toRealPath())
          .hasLineCount(1);
      Files.delete(path);
      Files.move(elsewhere, path);
      assertThat(directory.lost()).isEmpty();
    }
  }

  @Test
  void aDirectoryThatWasRemovedIsMissed() throws Exception {
    Path path = parent.resolve("run");
    try (RunDirectory directory = RunDirectory.open(path)) {
      Files.delete(path.resolve(".lock"));
      Files.delete(path);

      assertThat(directory.lost())
          .contains("run.directory " + path + " was removed during training");
    }
  }

  @Test
  void aDamagedSmallFileIsWrittenAnew() throws Exception {
    try (RunDirectory directory = RunDirectory.open(parent)) {
      Path file = directory.paths().provenance();
      Files.write(file, new byte[] {'{', (byte) 0xff, '}'});

      directory.write(file, "{}");

      assertThat(file).hasContent("{}");
    }
  }

  @Test
  void theProvenanceNamesVersionMachineLibrariesAndData() throws Exception {
    try (RunDirectory directory = RunDirectory.open(parent)) {
      Provenance.write(
          directory,
          new DataDigest("60000 images", "1000 of them"),
          false,
          List.of(),
          new LogWatch(NoMetrics.INSTANCE, line -> {}));

      JsonNode document = new ObjectMapper().readTree(directory.paths().provenance().toFile());
      assertThat(document.properties())
          .extracting(java.util.Map.Entry::getKey)
          .contains("version", "started", "host", "java", "libraries", "data");
      assertThat(document.path("data").asText()).isEqualTo("60000 images");
    }
  }
}
