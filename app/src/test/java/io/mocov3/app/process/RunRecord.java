package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All that a run wrote, against what another one wrote. */
final class RunRecord {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private RunRecord() {}

  /** Everything of {@code whole}, to the last bit of the weights after so many steps. */
  static void assertSame(Path run, Path whole, int steps) throws IOException {
    List<String> names = names(whole, steps);
    assertThat(names(run, steps)).containsAll(names);
    for (String name : List.of("gradients.jsonl", "events.jsonl", "samples.jsonl")) {
      assertThat(Files.readAllLines(run.resolve(name)))
          .as(name)
          .isNotEmpty()
          .isEqualTo(Files.readAllLines(whole.resolve(name)));
    }
    assertThat(metrics(run)).isEqualTo(metrics(whole));
    for (String name : names.stream().filter(name -> isExact(name, steps)).toList()) {
      assertThat(run.resolve(name)).as(name).hasSameBinaryContentAs(whole.resolve(name));
    }
  }

  private static boolean isExact(String name, int steps) {
    return name.startsWith("capsules/")
        || (name.contains("step-%08d".formatted(steps)) && !name.endsWith("manifest.json"));
  }

  /** Its files, of its checkpoints those of the last one. */
  static List<String> names(Path run, int steps) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> run.relativize(file).toString())
          .filter(
              name -> !name.startsWith("checkpoints/") || name.contains("%08d".formatted(steps)))
          .filter(name -> !name.startsWith("tensorboard/")) // a file for each process
          .sorted()
          .toList();
    }
  }

  /** The lines but for the speed, in the order of their steps: a probe's come when it is done. */
  private static List<String> metrics(Path run) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      ObjectNode object = (ObjectNode) MAPPER.readTree(line);
      object.remove("images_per_second");
      lines.add("%08d %s".formatted(object.path("step").asLong(), object));
    }
    return lines.stream().sorted().toList();
  }

  /** Of its events. */
  static List<String> types(Path run) throws IOException {
    List<String> types = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("events.jsonl"))) {
      JsonNode event = MAPPER.readTree(line);
      types.add(event.path("type").asText());
    }
    return types;
  }
}
