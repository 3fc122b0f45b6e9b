package io.mocov3.app.lines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.app.output.RunException;
import io.mocov3.metrics.NoMetrics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesTest {
  private final List<String> warnings = new ArrayList<>();
  private final LogWatch watch = new LogWatch(NoMetrics.INSTANCE, warnings::add);

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("lines.jsonl");
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0.1,
        -0.0,
        1.0 / 3,
        2.2737367544323206e-13,
        5.545177444479562,
        Double.MIN_VALUE,
        Double.MAX_VALUE
      })
  void numbersReadBackToTheSameBits(double value) throws Exception {
    try (JsonLines lines = new JsonLines(file, watch)) {
      lines.append(Map.of("loss", value));
    }

    double read = new ObjectMapper().readTree(Files.readString(file)).path("loss").doubleValue();

    assertThat(Double.doubleToLongBits(read)).isEqualTo(Double.doubleToLongBits(value));
  }

  @Test
  void aLineIsOnDiskAsSoonAsItIsAppended() throws Exception {
    try (JsonLines lines = new JsonLines(file, watch)) {
      lines.append(Map.of("step", 1));

      assertThat(file).hasContent("{\"step\":1}\n");
    }
  }

  @Test
  void whatIsThereIsAppendedTo() throws Exception {
    append("{\"step\":1}\n");

    try (JsonLines lines = new JsonLines(file, watch)) {
      lines.append(Map.of("step", 2));
    }

    assertThat(file).hasContent("{\"step\":1}\n{\"step\":2}\n");
  }

  @Test
  void linesOfLaterStepsAreDroppedWhereverTheyAre() throws Exception {
    append(
        "{\"step\":1}\n{\"step\":2,\"type\":\"knn\"}\n{\"step\":3}\n{\"step\":2}\n{\"step\":4}\n");

    try (JsonLines lines = new JsonLines(file, watch)) {
      lines.truncateAfter(2);
      lines.append(Map.of("step", 3));
    }

    assertThat(Files.readAllLines(file))
        .containsExactly(
            "{\"step\":1}", "{\"step\":2,\"type\":\"knn\"}", "{\"step\":2}", "{\"step\":3}");
    assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
    assertThat(warnings).isEmpty();
  }

  @Test
  void manyWantedLinesBehindAnUnwantedOneAreKept() throws Exception {
    append("{\"step\":9}\n" + "{\"step\":1}\n".repeat(200_000));

    try (JsonLines lines = new JsonLines(file, watch)) {
      lines.truncateAfter(2);
      lines.append(Map.of("step", 3));
    }

    assertThat(file).hasContent("{\"step\":1}\n".repeat(200_000) + "{\"step\":3}\n");
    assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u00ff", "{\"step\":2", "{}", "[2]", "{\"step\":2}{", "\0\0{\"step\":2}", ""})
  void aDamagedLineStaysIsToldOfOnceAndHidesNoOther(String damaged) throws Exception {
    String text = "{\"step\":1}\n" + damaged + "\n{\"step\":2}\n{\"step\":3}\n";
    Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    List<Long> steps = new ArrayList<>();

    try (JsonLines lines = new JsonLines(file, watch)) {
      lines.truncateAfter(2);
      lines.forEach(line -> steps.add(line.path("step").asLong()));
    }

    assertThat(steps).contains(1L, 2L).doesNotContain(3L);
    assertThat(file)
        .hasBinaryContent(text.replace("{\"step\":3}\n", "").getBytes(StandardCharsets.ISO_8859_1));
    assertThat(warnings)
        .containsExactly(file + " line 2 is damaged; it stays there and is skipped");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"step\":2", "{\"step\":2,\"ids\":[\"caf"})
  void aLastLineThatWasCutOffIsDropped(String cut) throws Exception {
    append("{\"step\":1}\n" + cut);

    try (JsonLines lines = new JsonLines(file, watch)) {
      lines.append(Map.of("step", 2));
    }

    assertThat(Files.readAllLines(file)).containsExactly("{\"step\":1}", "{\"step\":2}");
  }

  @Test
  void aLastLineCutInTheMiddleOfALetterIsDropped() throws Exception {
    byte[] text = "{\"step\":1}\n{\"step\":2,\"ids\":[\"café".getBytes(StandardCharsets.UTF_8);
    Files.write(file, Arrays.copyOf(text, text.length - 1));

    try (JsonLines lines = new JsonLines(file, watch)) {
      lines.truncateAfter(2);
    }

    assertThat(Files.readAllLines(file)).isEqualTo(List.of("{\"step\":1}"));
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() throws Exception {
    Files.createDirectory(file);

    assertThatThrownBy(() -> new JsonLines(file, watch))
        .isInstanceOf(RunException.class)
        .hasMessageStartingWith(file + " cannot be written: ");
  }

  private void append(String text) throws Exception {
    Files.writeString(file, text);
  }
}
