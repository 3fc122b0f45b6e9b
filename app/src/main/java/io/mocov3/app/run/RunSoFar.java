package io.mocov3.app.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.app.lines.LineReader;
import io.mocov3.app.output.RunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a run says of itself before anybody trains in it again: its data as of {@code run.json},
 * whether it ever had a checkpoint, the changes that were accepted on the way, and the steps in its
 * history.
 */
public record RunSoFar(
    Optional<String> samples,
    Optional<String> contents,
    boolean checkpointed,
    List<String> changes,
    long steps) {

  /** A file that is missing or damaged says nothing; a run of which nothing is known had some. */
  public static RunSoFar of(RunPaths paths) {
    JsonNode json = tree(paths.provenance());
    List<String> changes = new ArrayList<>();
    json.path("changes").forEach(change -> changes.add(change.asText()));
    return new RunSoFar(
        text(json, "data"),
        text(json, "data_contents"),
        json.path("checkpointed").asBoolean(true),
        changes,
        steps(paths.metrics()));
  }

  private static JsonNode tree(Path file) {
    ObjectMapper mapper = new ObjectMapper();
    try {
      return Files.exists(file)
          ? mapper.readTree(Files.readAllBytes(file))
          : mapper.createObjectNode();
    } catch (IOException e) {
      return mapper.createObjectNode();
    }
  }

  private static Optional<String> text(JsonNode json, String key) {
    return Optional.of(json.path(key).asText()).filter(value -> !value.isEmpty());
  }

  private static long steps(Path metrics) {
    AtomicLong newest = new AtomicLong();
    try {
      LineReader.read(
          metrics,
          line ->
              line.object()
                  .filter(object -> object.path("type").asText().equals("step"))
                  .ifPresent(
                      object -> newest.accumulateAndGet(object.path("step").asLong(), Math::max)));
    } catch (IOException e) {
      throw new RunException(metrics + " cannot be read: " + e.getMessage(), e);
    }
    return newest.get();
  }
}
