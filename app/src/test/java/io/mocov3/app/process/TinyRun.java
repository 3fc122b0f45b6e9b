package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.shapes.ShapesConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A training that takes seconds, and what it wrote. */
public final class TinyRun {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String TINY =
      """
      mocov3 {
        run { steps = 60, log-samples = true }
        data {
          train = "IMAGES/train"
          test = "IMAGES/test"
          format = shapes
          batch-size = 16
          shapes { train-images = 300, test-images = 60, size = 32, seed = 7 }
        }
        model {
          preset = vit-tiny, image-size = 16, patch-size = 8, width = 16, depth = 1, heads = 2
          projector { hidden = 16, out = 8 }
          predictor { hidden = 16, out = 8 }
        }
        schedule.warmup-epochs = 0
        evaluation.knn { every-steps = 30, k = [5] }
        checkpoint.every-steps = 10
        http.enabled = false
      }
      """;

  /** Its experiment, with the images below that folder. */
  public static String experiment(String images) {
    return TINY.replace("IMAGES", images);
  }

  private TinyRun() {}

  /** The images of every tiny run, once below {@code shared}. */
  static void makeImages(Path shared) {
    Shapes.ensure(shared.resolve("shapes"), new ShapesConfig(300, 60, 32, 7));
  }

  /** The arguments that train it in {@code run}, with keys set over it. */
  static List<String> train(Path shared, Path run, String... overrides) throws IOException {
    Path experiment = shared.resolve("tiny.conf");
    Files.writeString(experiment, experiment(shared.resolve("shapes").toString()));
    List<String> arguments = new ArrayList<>(List.of("train", experiment.toString()));
    arguments.addAll(List.of("--set", "run.directory=\"" + run + "\""));
    Arrays.stream(overrides).forEach(override -> arguments.addAll(List.of("--set", override)));
    return arguments;
  }

  /** The losses as written, so that equal means the same bits. */
  static List<String> losses(Path run) throws IOException {
    return lines(run.resolve("metrics.jsonl")).stream()
        .filter(line -> line.contains("\"type\":\"step\""))
        .map(line -> field(line, "step") + ": " + field(line, "loss"))
        .toList();
  }

  static List<String> samples(Path run) throws IOException {
    return lines(run.resolve("samples.jsonl"));
  }

  private static String field(String line, String name) {
    try {
      JsonNode value = MAPPER.readTree(line).path(name);
      return value.asText();
    } catch (IOException e) {
      return "cut off";
    }
  }

  static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  /** What a mistake prints: one line. */
  static String message(Mocov3Process process) {
    List<String> lines =
        process.errors().lines().filter(line -> !line.startsWith("WARNING: ")).toList();
    assertThat(lines).hasSize(1);
    return lines.getFirst();
  }
}
