package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collector of logs gets from a whole training. */
class JsonLogTest {
  @TempDir private Path folder;

  @Test
  void everyLineOfATrainingIsAnObject() throws Exception {
    TinyRun.makeImages(folder);
    Mocov3Process process =
        Mocov3Process.run(
            folder.resolve("errors.txt"),
            TinyRun.train(
                folder,
                folder.resolve("run"),
                "log.format=json",
                "run.name=night",
                "run.steps=20"));

    assertThat(process.exitCode()).as(process.errors()).isZero();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : process.errors().lines().toList()) {
      if (!line.startsWith("WARNING: ")) { // the JVM's own
        lines.add(new ObjectMapper().readTree(line));
      }
    }
    assertThat(lines)
        .allSatisfy(
            line -> {
              assertThat(line.path("run").asText()).isEqualTo("night");
              assertThat(line.path("logger").asText()).isEqualTo("mocov3");
              assertThat(line.path("level").asText()).isEqualTo("INFO");
            });
    assertThat(lines.getFirst().path("message").asText()).isEqualTo("training 20 steps");
    assertThat(lines.getLast().path("message").asText()).isEqualTo("done: 20 steps");
    assertThat(lines.getLast().path("step").asLong()).isEqualTo(20);
  }
}
