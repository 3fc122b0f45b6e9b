package io.mocov3.app.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.app.Main;
import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.shapes.ShapesConfig;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.safetensors.SafetensorsWriter;
import io.mocov3.model.safetensors.TensorData;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** From a trained run to other libraries' files, back, and on. */
class ExchangeCommandsTest {
  @TempDir private Path dir;
  private Path experiment;

  /** What a command left behind. */
  private record Result(int code, String out, String err) {}

  @BeforeEach
  void train() throws Exception {
    Shapes.ensure(dir.resolve("shapes"), new ShapesConfig(40, 20, 16, 1));
    experiment = dir.resolve("tiny.conf");
    Files.writeString(
        experiment,
        """
        mocov3 {
          run { directory = "%1$s/run", steps = 2 }
          data { train = "%1$s/shapes/train", batch-size = 4, workers = 1 }
          model {
            image-size = 16, patch-size = 8, width = 16, depth = 1, heads = 2
            projector { hidden = 16, out = 8 }
            predictor { hidden = 16, out = 8 }
          }
          threads = 2
          http.enabled = false
        }
        """
            .formatted(dir));
    assertThat(run("train", experiment.toString()).code()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"timm", "huggingface"})
  void whatIsExportedIsClassifiedAlike(String format) {
    Path out = dir.resolve("out");
    String run = dir.resolve("run").toString();

    Result export = run("export", "--run", run, "--format", format, "--out", out.toString());
    Result ours = run("eval", "knn", "--run", run, "--data", dir.resolve("shapes").toString());
    Result theirs =
        run("eval", "knn", "--weights", out.toString(), "--data", dir.resolve("shapes").toString());

    assertThat(export.err()).contains("checkpoint of step 2");
    assertThat(export.out()).endsWith("16 features, 2 attention heads\n");
    assertThat(ours.code()).isZero();
    assertThat(theirs.out()).isEqualTo(ours.out()).contains("%");
    assertThat(theirs.err()).contains("backbone 18 tensors");
  }

  @Test
  void namesOfTensorsHaveNoPowerOverTheTerminal() throws Exception {
    Path weights = dir.resolve("run/checkpoints/step-00000002/model.safetensors");
    Path evil = dir.resolve("evil.safetensors");
    try (SafetensorsFile file = SafetensorsFile.open(weights)) {
      SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
      TensorData any = file.get(file.names().getFirst());
      tensors.put("x\n\u001b[2J.num_batches_tracked", any);
      file.names().forEach(name -> tensors.put(name, file.get(name)));
      SafetensorsWriter.write(evil, tensors, Map.of());
    }

    Result result =
        run("import", "--heads=2", "--weights=" + evil, "--out=" + dir.resolve("imported"));

    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("x\\n\\u001b[2J.num_batches_tracked");
    assertThat(result.out() + result.err()).doesNotContain("\u001b");
  }

  @Test
  void headsThatDoNotFitLeaveNothingBehind() {
    Path weights = dir.resolve("run/checkpoints/step-00000002/model.safetensors");
    Path out = dir.resolve("imported");

    Result result = run("import", "--heads=3", "--weights=" + weights, "--out=" + out);

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("width 16 is not divisible by heads 3").hasLineCount(1);
    assertThat(out).doesNotExist();
  }

  @Test
  void trainingGoesOnFromImportedWeights() throws Exception {
    Path weights = dir.resolve("run/checkpoints/step-00000002/model.safetensors");
    Path out = dir.resolve("imported");

    Result imported =
        run("import", "--weights", weights.toString(), "--out", out.toString(), "--heads", "2");
    Files.writeString(
        dir.resolve("again.conf"),
        """
        include "tiny.conf"
        include "imported/model.conf"
        mocov3.run.directory = "%s/again"
        """
            .formatted(dir));
    Result again =
        run(
            "train",
            dir.resolve("again.conf").toString(),
            "--set",
            "schedule.base-learning-rate=0");

    assertThat(imported.out()).contains("reference names").contains("model.predictor.layers = 2");
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(parameters(dir.resolve("again"))).isEqualTo(parameters(dir.resolve("run")));
  }

  /** What training at a rate of 0 leaves alone. */
  private static Map<String, TensorData> parameters(Path run) {
    Map<String, TensorData> parameters = new LinkedHashMap<>();
    try (SafetensorsFile file =
        SafetensorsFile.open(run.resolve("checkpoints/step-00000002/model.safetensors"))) {
      for (String name : file.names()) {
        if (name.matches("(base_encoder|predictor)\\..*") && !name.contains(".running_")) {
          parameters.put(name, file.get(name));
        }
      }
      return Map.copyOf(parameters);
    }
  }

  @Test
  void weightsThatDoNotFitAreRefusedBeforeAnythingIsWritten() {
    Path run = dir.resolve("again");

    Result result =
        run(
            "train",
            experiment.toString(),
            "--set",
            "run.directory=" + run,
            "--set",
            "model.init-from=" + dir.resolve("run/checkpoints/step-00000002/model.safetensors"),
            "--set",
            "model.depth=2");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .contains("tensor base_encoder.blocks.1.norm1.weight is missing")
        .hasLineCount(1);
    assertThat(run).doesNotExist();
  }

  @Test
  void weightsAreNeverOverwritten() {
    Path out = dir.resolve("out");
    String[] export = {
      "export", "--run", dir + "/run", "--format", "timm", "--out", out.toString()
    };
    assertThat(run(export).code()).isZero();

    Result second = run(export);

    assertThat(second.code()).isEqualTo(2);
    assertThat(second.err())
        .contains(out + " already holds model.safetensors; give another --out")
        .hasLineCount(1);
  }

  private static Result run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    int code = command.execute(args);
    return new Result(code, out.toString(), err.toString());
  }
}
