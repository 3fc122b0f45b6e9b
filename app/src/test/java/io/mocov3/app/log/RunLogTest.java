package io.mocov3.app.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.app.output.RunException;
import io.mocov3.app.settings.Settings;
import io.mocov3.app.settings.Settings.LogFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class RunLogTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private Path folder;

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  @BeforeEach
  void capture() {
    System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void release() {
    System.setErr(before);
  }

  @Test
  void textIsForPeople() {
    try (RunLog log = log(LogFormat.TEXT, Optional.empty(), false)) {
      log.line("training 5 steps");
      log.warn("a\u001b[31mb");
      log.progress("step 1/5");
      log.stream().println("done: 5 steps");
    }

    assertThat(printed())
        .containsExactly("training 5 steps", "warning: a\\u001b[31mb", "step 1/5", "done: 5 steps");
  }

  @Test
  void onATerminalProgressIsOverwritten() {
    try (RunLog log = log(LogFormat.TEXT, Optional.empty(), true)) {
      log.progress("step 1/5");
      log.line("a line");
    }

    assertThat(errors.toString(StandardCharsets.UTF_8))
        .isEqualTo("\r\033[Kstep 1/5\r\033[Ka line" + System.lineSeparator());
  }

  @Test
  void jsonHasAnObjectForEachLineWhoeverWritesIt() {
    try (RunLog log = log(LogFormat.JSON, Optional.empty(), false)) {
      log.line("training 5 steps");
      log.at(3);
      log.warn("the disk\nis full");
      log.stream().println("mocov3: given up");
      LoggerFactory.getLogger("akka.actor").warn("a library's", new IllegalStateException("c"));
    }

    List<JsonNode> lines = objects(printed());
    assertThat(lines)
        .extracting(line -> line.path("level").asText() + " " + line.path("message").asText())
        .containsExactly(
            "INFO training 5 steps",
            "WARN the disk\nis full",
            "ERROR given up",
            "WARN a library's");
    assertThat(lines)
        .extracting(line -> line.path("step").asLong())
        .containsExactly(0L, 3L, 3L, 3L);
    assertThat(lines).allSatisfy(line -> assertThat(line.path("run").asText()).isEqualTo("night"));
    assertThat(lines.getFirst().path("logger").asText()).isEqualTo("mocov3");
    assertThat(lines.getFirst().path("@timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.+");
    assertThat(lines.getLast().path("stack_trace").asText()).contains("IllegalStateException: c");
  }

  @Test
  void theFileHasTheSameLinesInTheSameForm() throws Exception {
    Path file = folder.resolve("logs/night.log");
    try (RunLog log = log(LogFormat.TEXT, Optional.of(file), false)) {
      log.line("one");
      log.warn("two");
    }
    try (RunLog log = log(LogFormat.JSON, Optional.of(folder.resolve("night.json")), false)) {
      log.line("three");
    }

    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst()).endsWith("INFO  mocov3 - one");
    assertThat(lines.getLast()).endsWith("WARN  mocov3 - two");
    assertThat(objects(Files.readAllLines(folder.resolve("night.json"))))
        .singleElement()
        .satisfies(line -> assertThat(line.path("message").asText()).isEqualTo("three"));
    assertThat(printed()).hasSize(3).startsWith("one", "warning: two");
  }

  @Test
  void afterAHangupTheFileIsOpenedAnew() throws Exception {
    assumeFalse(isHangupIgnored(), "started by nohup, whose children never hear of a hangup");
    Path file = folder.resolve("night.log");
    try (RunLog log = log(LogFormat.TEXT, Optional.of(file), false)) {
      log.line("before");
      Files.move(file, folder.resolve("night.log.1"));
      log.line("still there");
      new ProcessBuilder("kill", "-HUP", "" + ProcessHandle.current().pid()).start().waitFor();
      Awaitility.await().until(() -> Files.exists(file));
      log.line("after");
    }

    assertThat(Files.readAllLines(folder.resolve("night.log.1"))).hasSize(2);
    assertThat(Files.readAllLines(file)).singleElement().asString().endsWith("after");
  }

  /** What the JVM found ignored when it began stays so. */
  private static boolean isHangupIgnored() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) == 1);
  }

  @Test
  void aFileThatCannotBeWrittenIsAMistakeAndNothingElseChanges() throws Exception {
    Path file = Files.createDirectory(folder.resolve("night.log"));

    assertThatThrownBy(() -> log(LogFormat.JSON, Optional.of(file), false))
        .isInstanceOf(RunException.class)
        .hasMessageStartingWith("log.file " + file + " cannot be written (")
        .hasMessageEndingWith("); set another one");
    LoggerFactory.getLogger("test").warn("in text");

    assertThat(printed()).singleElement().asString().endsWith("WARN  test - in text");
  }

  private RunLog log(LogFormat format, Optional<Path> file, boolean terminal) {
    return new RunLog(new Settings.Log(format, file), "night", System.err, terminal);
  }

  private List<String> printed() {
    return errors.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static List<JsonNode> objects(List<String> lines) {
    return lines.stream().map(RunLogTest::object).toList();
  }

  private static JsonNode object(String line) {
    try {
      return MAPPER.readTree(line);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + line, e);
    }
  }
}
