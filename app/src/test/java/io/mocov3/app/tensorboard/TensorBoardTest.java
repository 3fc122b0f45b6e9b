package io.mocov3.app.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.actors.events.Progress;
import io.mocov3.app.lines.LogWatch;
import io.mocov3.metrics.NoMetrics;
import io.mocov3.metrics.Signal;
import io.mocov3.metrics.TrainingMetrics.KnnAccuracy;
import io.mocov3.model.step.GradientNorms;
import io.mocov3.model.step.Rates;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written, as TensorBoard itself reads it. */
class TensorBoardTest {
  private static final String PYTHON = System.getProperty("mocov3.tensorboard.python", "");

  @TempDir private Path run;

  private final List<String> warnings = new ArrayList<>();
  private final LogWatch watch = new LogWatch(NoMetrics.INSTANCE, warnings::add);

  @Test
  void theCurvesAreWhatHappened() throws Exception {
    try (TensorBoardSink sink = new TensorBoardSink(run, watch)) {
      sink.on(new Progress.Started(0, 3));
      for (long step = 1; step <= 3; step++) {
        sink.on(gradients(step));
        sink.on(step(step, 1.0 / step));
      }
      sink.on(
          new Progress.KnnMeasured(
              3, List.of(new KnnAccuracy("test", 20, 0.07, "train-set", 0.75))));
      sink.on(new Progress.HealthMeasured(3, Map.of(Signal.FEATURE_STD, 0.5)));
    }

    JsonNode scalars = read(TensorBoardSink.folder(run)).path("scalars");

    assertThat(scalars.path("train/loss").toString())
        .isEqualTo("[[1,1.0],[2,0.5],[3,0.3333333432674408]]");
    assertThat(scalars.path("train/learning_rate").path(2).path(1).asDouble())
        .isEqualTo((double) 1e-4f);
    assertThat(scalars.path("train/momentum").path(2).path(1).asDouble()).isEqualTo((double) 0.99f);
    assertThat(scalars.path("train/images_per_second").path(0).path(1).asDouble()).isEqualTo(8);
    assertThat(scalars.path("gradient_norm/block_00").toString())
        .isEqualTo("[[1,1.0],[2,2.0],[3,3.0]]");
    assertThat(scalars.path("knn/test/train-set/k=20,T=0.07").toString()).isEqualTo("[[3,0.75]]");
    assertThat(scalars.path("health/" + Signal.FEATURE_STD.key()).toString())
        .isEqualTo("[[3,0.5]]");
    assertThat(warnings).isEmpty();
  }

  @Test
  void stepsThatAreDoneAgainAreDrawnOnceWhetherAfterARestartOrARollback() throws Exception {
    try (TensorBoardSink sink = new TensorBoardSink(run, watch)) {
      sink.on(new Progress.Started(0, 9));
      for (long step = 1; step <= 5; step++) {
        sink.on(step(step, 1));
      }
    }
    try (TensorBoardSink sink = new TensorBoardSink(run, watch)) {
      sink.on(new Progress.Started(3, 9));
      for (long step = 4; step <= 8; step++) {
        sink.on(step(step, 2));
      }
      sink.on(new Progress.Started(6, 9));
      for (long step = 7; step <= 9; step++) {
        sink.on(step(step, 3));
      }
    }

    assertThat(files(TensorBoardSink.folder(run))).hasSize(2);
    assertThat(read(TensorBoardSink.folder(run)).path("scalars").path("train/loss").toString())
        .isEqualTo("[[1,1.0],[2,1.0],[3,1.0],[4,2.0],[5,2.0],[6,2.0],[7,3.0],[8,3.0],[9,3.0]]");
  }

  @Test
  void thePictureHasItsSizeAndAFolderOfItsOwn() throws Exception {
    try (TensorBoardSink sink = new TensorBoardSink(run, watch)) {
      sink.on(new Progress.Started(0, 9));
      sink.on(step(1, 1));
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB), "png", png);

    Pictures.neighbours(run, 7, png.toByteArray());

    assertThat(
            read(TensorBoardSink.folder(run).resolve("neighbours"))
                .path("images")
                .path("neighbours")
                .toString())
        .isEqualTo("[[7,30,20,\"89504e470d0a1a0a\"]]");
  }

  @Test
  void aRunWithoutEventFilesGetsNoPictures() throws Exception {
    Pictures.neighbours(run, 7, new byte[100]);

    assertThat(run).isEmptyDirectory();
  }

  @Test
  void aLongRunHasABoundedNumberOfPointsAndTheLastStep() throws Exception {
    long steps = 2 * TensorBoardSink.MOST_POINTS + 1;
    try (TensorBoardSink sink = new TensorBoardSink(run, watch)) {
      sink.on(new Progress.Started(0, steps));
      for (long step = 1; step <= steps; step++) {
        sink.on(step(step, 1));
      }
    }
    long most = 10_000 * 150;

    assertThat(Files.size(files(TensorBoardSink.folder(run)).getFirst())).isBetween(most / 4, most);
  }

  @Test
  void whatCannotBeWrittenIsToldOfOnce() throws Exception {
    Files.writeString(run.resolve("tensorboard"), "a file");

    try (TensorBoardSink sink = new TensorBoardSink(run, watch)) {
      sink.on(new Progress.Started(0, 9));
      sink.on(step(1, 1));
    }

    assertThat(warnings).singleElement().asString().contains("tensorboard cannot be written");
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static Progress.StepCompleted step(long step, double loss) {
    return new Progress.StepCompleted(
        step, step / 10.0, 4, loss, new Rates(1e-4, 0.99), Duration.ofMillis(500));
  }

  private static Progress.GradientsMeasured gradients(long step) {
    List<Double> norm = List.of((double) step);
    return new Progress.GradientsMeasured(step, new GradientNorms(List.of("block_00"), norm, norm));
  }

  private static JsonNode read(Path folder) throws Exception {
    assumeTrue(!PYTHON.isEmpty(), "mocov3.tensorboard.python names no Python that has tensorboard");
    Process process =
        new ProcessBuilder(PYTHON, "src/test/python/read_events.py", folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return new ObjectMapper().readTree(output);
  }
}
