package io.mocov3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.app.Commands.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTrainTest {
  @TempDir private Path folder;
  private Path conf;

  @BeforeEach
  void anExperimentOnShapes() throws Exception {
    conf = folder.resolve("tiny.conf");
    Files.writeString(
        conf,
        """
        mocov3 {
          data { format = shapes, train = "%s/shapes/train", test = "%s/shapes/test" }
          data { batch-size = 16, workers = 1, shapes { train-images = 64, test-images = 16 } }
          model { preset = vit-tiny, image-size = 32, patch-size = 8, width = 32, depth = 2 }
          model { heads = 2, projector { hidden = 64, out = 32 }, predictor { hidden = 64, out = 32 } }
          evaluation.live.images = 16
        }
        """
            .formatted(folder, folder));
  }

  @Test
  void theSharesOfALoopAreThoseOfItsTime() throws Exception {
    Result result =
        Commands.run(
            List.of("bench", "train"), conf.toString(), "--steps", "6", "--warm-up", "2", "--json");

    assertThat(result.code()).as(result.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertThat(json.path("steps").asInt()).isEqualTo(6);
    assertThat(json.path("images_per_second").asDouble())
        .isPositive()
        .isLessThanOrEqualTo(json.path("step_images_per_second").asDouble());
    List<Double> shares = new ArrayList<>();
    json.path("stages").forEach(share -> shares.add(share.asDouble()));
    assertThat(shares).allMatch(share -> share >= 0).hasSizeGreaterThan(7);
    assertThat(shares.stream().mapToDouble(Double::doubleValue).sum()).isCloseTo(1, within(0.35));
    assertThat(json.path("evaluation").asDouble()).isBetween(0.0, 1.01);
    assertThat(json.path("seconds_an_image").path("decode").asDouble()).isPositive();
  }

  @Test
  void itLeavesNothingBehindAndReadsAsText() {
    Result result =
        Commands.run(List.of("bench", "train"), conf.toString(), "--steps", "2", "--warm-up", "1");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out())
        .startsWith("2 steps of 16 images: ")
        .contains("data_wait", "loss_backward", "evaluation", "ms an image");
    assertThat(folder.resolve("runs")).doesNotExist();
  }
}
