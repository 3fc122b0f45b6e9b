package io.mocov3.augment.exactness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.source.ImageFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Runs a folder of augmentation fixtures: our operations beside the reference's images. */
public final class AugmentFixture {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AugmentFixture() {}

  /**
   * Runs every case of {@code augment.json}. Optional operations that we lack are left out; where a
   * case has an alternative, the nearer file counts.
   *
   * @throws DataException when the folder is not of this format
   */
  public static List<CaseResult> run(Path folder) {
    JsonNode root = read(folder.resolve("augment.json"));
    Set<String> optional = new HashSet<>();
    root.path("optional_ops").forEach(op -> optional.add(op.asText()));
    List<CaseResult> results = new ArrayList<>();
    for (JsonNode one : root.path("cases")) {
      run(folder, root.path("tolerance"), one, optional).ifPresent(results::add);
    }
    if (results.isEmpty()) {
      throw new DataException(folder + " has no cases in augment.json");
    }
    return results;
  }

  private static Optional<CaseResult> run(
      Path folder, JsonNode tolerances, JsonNode one, Set<String> optional) {
    String op = one.path("op").asText();
    String id = one.path("id").asText();
    Image input = ImageFiles.read(folder.resolve(one.path("input").asText()));
    Optional<Image> output = FixtureOperations.apply(op, input, one.path("params"));
    if (output.isEmpty() && optional.contains(op)) {
      return Optional.empty();
    }
    JsonNode tolerance = tolerances.has(op) ? tolerances.path(op) : tolerances.path("default");
    double mean = tolerance.path("mean").asDouble();
    int p99 = tolerance.path("p99").asInt();
    Difference nearest =
        Stream.of("expected", "expected_alternative")
            .filter(one::has)
            .map(key -> ImageFiles.read(folder.resolve(one.path(key).asText())))
            .flatMap(expected -> output.map(image -> Difference.of(image, expected)).stream())
            .reduce((a, b) -> b.mean() < a.mean() ? b : a)
            .orElse(Difference.TOTAL);
    boolean pass = nearest.mean() <= mean && nearest.p99() <= p99;
    return Optional.of(new CaseResult(id, op, nearest.mean(), nearest.p99(), mean, p99, pass));
  }

  private static JsonNode read(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException failure) {
      throw new DataException(file + " is not a readable fixture: " + failure.getMessage());
    }
  }

  /** Mean and 99th percentile of the absolute differences, unit 1/255. */
  private record Difference(double mean, int p99) {
    static final Difference TOTAL = new Difference(255, 255);

    static Difference of(Image output, Image expected) {
      if (output.width() != expected.width() || output.height() != expected.height()) {
        return TOTAL;
      }
      int count = expected.pixels().length;
      long[] histogram = new long[256];
      for (int i = 0; i < count; i++) {
        histogram[Math.abs((output.pixels()[i] & 0xFF) - (expected.pixels()[i] & 0xFF))]++;
      }
      long sum = 0;
      for (int d = 0; d < 256; d++) {
        sum += d * histogram[d];
      }
      int p99 = 0;
      for (long below = histogram[0]; 100 * below < 99L * count; below += histogram[p99]) {
        p99++;
      }
      return new Difference((double) sum / count, p99);
    }
  }
}
