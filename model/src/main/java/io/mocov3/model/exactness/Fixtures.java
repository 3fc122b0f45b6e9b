package io.mocov3.model.exactness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.model.ModelException;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.distributed.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Reads {@code fixture.json} of a folder and runs what its {@code kind} asks for. */
public final class Fixtures {
  private static final double FLOAT32_EPSILON = 1.2e-7;

  private Fixtures() {}

  /** The width in which a fixture is computed. */
  public enum Width {
    FLOAT64(ScalarType.Double),
    FLOAT32(ScalarType.Float);

    private final ScalarType dtype;

    Width(ScalarType dtype) {
      this.dtype = dtype;
    }

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * How a step is computed: on which device, with the batch cut over the ranks of a group, and what
   * each has of it in how many parts.
   */
  public record Way(String device, int microBatches, Group group) {
    public static final Way PLAIN = new Way("cpu", 1, Group.alone());
  }

  /** Whether {@code folder} describes itself as one of these fixtures. */
  public static boolean isFixture(Path folder) {
    return Files.isRegularFile(folder.resolve("fixture.json"));
  }

  /**
   * Computes what the folder describes and compares it with what the folder expects.
   *
   * @throws ModelException when the folder cannot be read or asks for what this version lacks
   */
  public static FixtureResult run(Path folder, Width asked, Way way) {
    JsonNode json = read(folder);
    Width width = width(json, asked);
    Fixture fixture =
        new Fixture(folder, json, Placement.of(way.device(), width.dtype), width, way);
    Precision.reproducible(fixture.placement());
    Deviations deviations =
        switch (fixture.kind()) {
          case "moco-step" -> new MocoStepFixture(fixture).run();
          case "knn" -> KnnFixture.run(fixture);
          case "schedule" -> ScheduleFixture.run(fixture);
          case "loss" -> new LossFixture(fixture).run();
          case "optimizer" -> OptimizerFixture.run(fixture);
          default ->
              throw new ModelException(
                  folder
                      + "/fixture.json: kind "
                      + fixture.kind()
                      + " is not one of moco-step, knn, schedule, loss, optimizer");
        };
    return new FixtureResult(
        folder.getFileName().toString(),
        fixture.kind(),
        width.label(),
        fixture.placement().device(),
        deviations.quantities());
  }

  /**
   * A fixture that names its width, or asks for more than float32 can hold, is computed in that
   * one, whatever was asked.
   */
  private static Width width(JsonNode json, Width asked) {
    boolean named = json.path("precision").asText().equals(Width.FLOAT64.label());
    JsonNode tolerance = json.path("tolerance");
    boolean sharp = tolerance.isNumber() && tolerance.asDouble() < FLOAT32_EPSILON;
    return named || sharp ? Width.FLOAT64 : asked;
  }

  private static JsonNode read(Path folder) {
    Path file = folder.resolve("fixture.json");
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new ModelException(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
