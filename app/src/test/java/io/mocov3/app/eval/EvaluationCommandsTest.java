package io.mocov3.app.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.app.Main;
import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.shapes.ShapesConfig;
import io.mocov3.augment.source.ImageFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Unlabelled photographs train, with a probe on another, labelled set; then all that judges. */
class EvaluationCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LITTLE = "evaluation.finetune.epochs=1";

  @TempDir private static Path dir;
  private static Path run;
  private static Path photos;
  private static Path shapes;
  private static Result training;

  /** What a command left behind. */
  private record Result(int code, String out, String err) {}

  @BeforeAll
  static void train() throws IOException {
    shapes = dir.resolve("shapes");
    Shapes.ensure(shapes, new ShapesConfig(60, 30, 16, 1));
    photos = dir.resolve("photos");
    List<Path> images;
    try (Stream<Path> all = Files.walk(shapes.resolve("train"))) {
      images = all.filter(Files::isRegularFile).filter(p -> p.toString().endsWith("g")).toList();
    }
    for (int i = 0; i < 40; i++) {
      Path nested = Files.createDirectories(photos.resolve("year-" + i % 3 + "/month-" + i % 4));
      Files.copy(images.get(i), nested.resolve(i + "-" + images.get(i).getFileName()));
    }
    run = dir.resolve("run");
    Path experiment = dir.resolve("photos.conf");
    Files.writeString(
        experiment,
        """
        mocov3 {
          run { directory = "%1$s", steps = 4 }
          data { train = "%2$s", format = folder, batch-size = 4, workers = 2 }
          model {
            image-size = 16, patch-size = 8, width = 16, depth = 2, heads = 2
            projector { hidden = 16, out = 8 }
            predictor { hidden = 16, out = 8 }
          }
          evaluation {
            probes = [ { name = shapes, train = "%3$s/train", test = "%3$s/test" } ]
            linear { enabled = true, epochs = 5 }
            knn { every-steps = 2, k = [5] }
          }
          checkpoint { every-steps = 2, keep-best = 1 }
          threads = 2
          http.enabled = false
        }
        """
            .formatted(run, photos, shapes));
    training = command("train", experiment.toString());
  }

  @Test
  void unlabelledPhotographsTrainAndAreJudgedByAnotherSet() throws IOException {
    assertThat(training.code()).as(training.err()).isZero();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      lines.add(JSON.readTree(line));
    }
    assertThat(lines)
        .filteredOn(line -> line.path("type").asText().equals("knn"))
        .hasSizeBetween(2, 3) // one is left out when the one before is not done
        .allMatch(line -> line.path("probe").asText().equals("shapes"));
    assertThat(lines)
        .filteredOn(line -> line.path("type").asText().equals("linear"))
        .hasSizeBetween(2, 3)
        .allMatch(line -> line.path("features").asText().equals("pooled"))
        .allMatch(line -> line.path("accuracy").asDouble() >= 0);
  }

  @Test
  void theLinearProbeTriesKindsAndRatesAndTellsWhatItChose() throws IOException {
    Result table = run("eval linear", "--epochs", "4");
    Result json = run("eval linear", "--json", "--learning-rate", "0.1,1", "--features", "pooled");

    assertThat(table.out()).contains("pooled", "patch-mean", "last-four", "chosen", "test images:");
    JsonNode document = JSON.readTree(json.out());
    assertThat(document.path("results").size()).isEqualTo(2);
    assertThat(document.path("results").path(0).path("learning_rate").asDouble()).isEqualTo(0.1);
    assertThat(document.path("classes").asInt()).isEqualTo(10);
    assertThat(document.path("best").asDouble()).isBetween(0.0, 1.0);
    assertThat(run("eval linear", "--features", "everything").err())
        .contains("--features everything: this network has pooled, patch-mean, last-four");
  }

  @Test
  void theLinearProbeWithAugmentationGoesOnInItsFolder() throws IOException {
    Path out = dir.resolve("linear");
    String[] words = {"--augment", "--json", "--epochs", "3", "--out", out.toString()};

    Result first = run("eval linear", words);
    Result again = run("eval linear", words);
    Result other = run("eval linear --augment --epochs 4", "--out", out.toString());
    Result alone = run("eval linear", "--out", out.toString());

    assertThat(first.code()).as(first.err()).isZero();
    assertThat(JSON.readTree(first.out()).path("results").size()).isEqualTo(24);
    assertThat(again.err()).contains("going on from step 3");
    assertThat(again.out()).isEqualTo(first.out());
    assertThat(other.err()).contains("holds a linear probe with epochs = 3, not 4");
    assertThat(alone.err()).contains("--out is for --augment");
  }

  @Test
  void fewShotTellsMeanAndSpreadOfItsDraws() throws IOException {
    Result json =
        run("eval few-shot", "--json", "--percent", "50", "--draws", "2", "--epochs", "3");

    JsonNode result = JSON.readTree(json.out()).path("results").path(0);
    assertThat(result.path("images").asInt()).isEqualTo(30);
    assertThat(result.path("accuracies").size()).isEqualTo(2);
    assertThat(result.path("std").asDouble()).isNotNegative();
  }

  @Test
  void fineTuningWritesANetworkForTimmAndGoesOnWithWhatIsThere() throws IOException {
    Path out = dir.resolve("tuned");
    String[] words = {
      "--out",
      out.toString(),
      "--json",
      "--percent",
      "50",
      "--set",
      "evaluation.finetune.epochs=2",
      "--set",
      "evaluation.finetune.batch-size=6"
    };

    Result first = run("eval finetune --recipe pets", words);
    Result again = run("eval finetune --recipe pets", words);
    Result other = run("eval finetune --recipe flowers", words);

    assertThat(first.code()).as(first.err()).isZero();
    JsonNode document = JSON.readTree(first.out());
    assertThat(document.path("steps").asInt()).isEqualTo(10);
    assertThat(document.path("results").path(1).path("network").asText()).isEqualTo("average");
    JsonNode config = JSON.readTree(out.resolve("timm/config.json").toFile());
    assertThat(config.path("num_classes").asInt()).isEqualTo(10);
    assertThat(config.path("label_names").size()).isEqualTo(10);
    assertThat(out.resolve("timm-average/model.safetensors")).exists();
    assertThat(Files.readAllLines(out.resolve("metrics.jsonl"))).hasSize(12);
    assertThat(again.err()).contains("going on from step 10");
    assertThat(JSON.readTree(again.out())).isEqualTo(document);
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("holds a fine-tuning with").contains("give another --out");
    assertThat(Files.readAllLines(out.resolve("metrics.jsonl"))).hasSize(12);
    assertThat(run("eval finetune", "--out", run.toString()).err())
        .contains(run + " holds something else than a fine-tuning");
    assertThat(run("eval finetune --cache x", "--out", out.toString()).err())
        .contains("--cache: fine-tuning computes no features");
  }

  @Test
  void aRecipeComesWithItsNumbersAlsoOnARunThatHasOthers() throws IOException {
    Path out = dir.resolve("recipe");
    run("eval finetune --recipe pets", "--out", out.toString(), "--percent", "1", "--set", LITTLE);

    JsonNode settings =
        JSON.readTree(newest(out).resolve("trainer.json").toFile()).path("settings");
    assertThat(settings.path("evaluation.finetune.drop-path").asDouble()).isZero();
    assertThat(settings.path("evaluation.finetune.erasing").asDouble()).isZero();
    assertThat(settings.path("evaluation.finetune.warmup-epochs").asInt()).isEqualTo(3);
  }

  private static Path newest(Path out) throws IOException {
    Path checkpoints = out.resolve("checkpoints");
    return checkpoints.resolve(Files.readString(checkpoints.resolve("latest")).strip());
  }

  @Test
  void fineTuningOfAnotherNetworkDoesNotGoOn() throws IOException {
    Path out = dir.resolve("of-weights");
    Path weights = dir.resolve("weights");
    String[] words = {"--out", out.toString(), "--percent", "1", "--set", LITTLE};
    run("eval finetune", words);
    run("export --format timm", "--out", weights.toString());

    Result other =
        command(
            "eval",
            "finetune",
            "--weights",
            weights.toString(),
            "--data",
            shapes.toString(),
            "--out",
            out.toString());

    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("holds a fine-tuning with").contains("give another --out");
  }

  @Test
  void retrievalDrawsNeighboursWithLabelsAndWithout() throws IOException {
    Path labelled = dir.resolve("labelled.png");
    Path bare = dir.resolve("bare.png");

    Result first = run("eval retrieval", "--out", labelled.toString(), "--neighbours", "3");
    Result second =
        run("eval retrieval", "--out", bare.toString(), "--set", "evaluation.probes=[]");

    assertThat(first.out()).contains("of the nearest  1", "of the nearest  3", "30 images asked");
    assertThat(second.out()).doesNotContain("same class").contains("40 images asked");
    Result elsewhere = run("eval retrieval", "--out", bare.toString(), "--data", photos.toString());
    assertThat(elsewhere.out()).as(elsewhere.err()).contains("40 images asked");
    assertThat(ImageFiles.read(labelled).height()).isGreaterThan(500);
    assertThat(ImageFiles.read(bare).width()).isGreaterThan(500);
  }

  @Test
  void keptFeaturesGiveTheSameResults() throws IOException {
    Path cache = dir.resolve("cache");

    Result plain = run("eval linear", "--json");
    Result first = run("eval linear", "--json", "--cache", cache.toString());
    Result again = run("eval linear", "--json", "--cache", cache.toString());
    Result other = run("eval knn", "--json", "--cache", cache.toString());

    assertThat(first.out()).isEqualTo(plain.out());
    assertThat(again.out()).isEqualTo(plain.out());
    assertThat(other.out()).isEqualTo(run("eval knn", "--json").out());
    try (Stream<Path> folders = Files.list(cache)) {
      assertThat(folders).hasSize(4);
    }
  }

  @Test
  void featuresAreWrittenForOtherPrograms() throws IOException {
    Path npy = dir.resolve("out/f.npy");
    Path parquet = dir.resolve("out/f.parquet");

    Result first = run("features", "--out", npy.toString());
    Result second =
        run("features", "--out", parquet.toString(), "--data", shapes.resolve("test").toString());
    Result wrong = run("features", "--out", dir.resolve("f.txt").toString());

    assertThat(first.out()).contains("40 images, 16 numbers each", "f.csv");
    assertThat(second.out()).contains("30 images, 16 numbers each");
    assertThat(Files.size(npy)).isGreaterThan(40 * 16 * 4);
    assertThat(Files.readAllLines(dir.resolve("out/f.csv")))
        .hasSize(41)
        .first()
        .isEqualTo("row,id,label");
    assertThat(Files.size(parquet)).isGreaterThan(30 * 16 * 2);
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("must end in .npy or .parquet").hasLineCount(1);
  }

  @Test
  void whereLabelsAreMissingOneLineSaysSo() {
    Result test = run("eval knn", "--set", "data.test=" + photos, "--set", "evaluation.probes=[]");
    Result other = run("eval knn", "--probe", "nothing");
    Result classes =
        run(
            "eval knn",
            "--probe",
            "x",
            "--set",
            "evaluation.probes=[{name=x,train=\"%s/train\",test=\"%s\"}]"
                .formatted(shapes, photos));

    assertThat(test.err()).contains("data.train " + photos + " has no labels").hasLineCount(1);
    assertThat(other.err()).contains("--probe nothing: evaluation.probes has shapes");
    assertThat(classes.code()).isEqualTo(2);
    assertThat(classes.err()).contains("evaluation.probes x, test", "differ");
  }

  private static Result run(String words, String... more) {
    List<String> all = new ArrayList<>(List.of(words.split(" ")));
    all.add("--run");
    all.add(run.toString());
    all.addAll(List.of(more));
    return command(all.toArray(String[]::new));
  }

  private static Result command(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine program =
        Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return new Result(program.execute(words), out.toString(), err.toString());
  }
}
