package io.mocov3.app.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.app.Main;
import io.mocov3.augment.dataset.ImageSources;
import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.shapes.ShapesConfig;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.source.SourceOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DataCommandsTest {
  @TempDir static Path dir;
  private static Path train;

  @BeforeAll
  static void makeImages() {
    Shapes.ensure(dir.resolve("shapes"), new ShapesConfig(40, 20, 32, 1));
    train = dir.resolve("shapes/train");
  }

  private record Result(int code, String out, String err) {}

  @Test
  void benchDataPrintsWhatTheManualSays() throws Exception {
    Result result =
        run(
            "bench",
            "data",
            train,
            "--json",
            "--rounds",
            "2",
            "--threads",
            "2",
            "--image-size",
            32);

    assertThat(result.code).isZero();
    JsonNode json = new ObjectMapper().readTree(result.out);
    assertThat(json.path("threads").asInt()).isEqualTo(2);
    assertThat(json.path("decode_images_per_second").asDouble()).isPositive();
    assertThat(json.path("two_views_images_per_second").asDouble()).isPositive();
    assertThat(json.path("one_thread").path("threads").asInt()).isEqualTo(1);
    List<String> stages = new ArrayList<>();
    json.path("stages").fieldNames().forEachRemaining(stages::add);
    assertThat(stages).startsWith("decode", "resized_crop").contains("hue", "gaussian_blur");
  }

  @Test
  void verifyFindsBadFilesAndDuplicatesAndWritesAListThatOpens() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("mixed/a"));
    byte[] image;
    try (ImageSource source = open(train)) {
      image = Files.readAllBytes(source.file(0).orElseThrow());
    }
    Files.write(folder.resolve("1.jpg"), image);
    Files.write(folder.resolve("2.jpg"), image);
    Files.write(folder.resolve("3.jpg"), new byte[0]);
    Path list = dir.resolve("good.csv");

    Result result = run("data", "verify", dir.resolve("mixed"), "--json", "--write-list", list);

    assertThat(result.code).isEqualTo(1);
    JsonNode json = new ObjectMapper().readTree(result.out);
    assertThat(json.path("images").asInt()).isEqualTo(3);
    assertThat(json.path("bad_by_reason").path("empty").asInt()).isEqualTo(1);
    assertThat(json.path("duplicates").toString()).isEqualTo("[[\"a/1.jpg\",\"a/2.jpg\"]]");
    try (ImageSource source =
        ImageSources.open(list.toString(), DataFormat.AUTO, SourceOptions.defaults())) {
      assertThat(source.size()).isEqualTo(2);
      assertThat(source.classNames()).containsExactly("a");
    }
  }

  @Test
  void shardPacksAFolderThatVerifiesAndTrainsInTheSameClasses() {
    Path out = dir.resolve("packed");

    Result packed = run("data", "shard", train, "--out", out, "--samples", 12);
    Result verified = run("data", "verify", out.resolve("shard-{000000..000003}.tar"));

    assertThat(packed.code).isZero();
    assertThat(packed.out).contains("40 images in 4 shards").contains("shard-{000000..000003}.tar");
    assertThat(verified.code).isZero();
    try (ImageSource folder = open(train);
        ImageSource shards = open(out)) {
      assertThat(shards.classNames()).isEqualTo(folder.classNames());
      assertThat(shards.size()).isEqualTo(40);
    }
    assertThat(run("data", "shard", train, "--out", out).err).contains("is not empty");
  }

  @Test
  void previewDrawsASheetForAMixture() throws Exception {
    Path conf =
        Files.writeString(
            dir.resolve("mix.conf"),
            """
            mocov3.data { batch-size = 4
              mix = [ { path = "%s", weight = 3 }, { path = "%s", format = image-folder } ] }
            """
                .formatted(train, train));
    Path png = dir.resolve("out/preview.png");

    Result result = run("preview", conf, "--out", png, "--images", 2);

    assertThat(result.err).isEmpty();
    assertThat(result.code).isZero();
    assertThat(ImageIO.read(png.toFile()).getWidth()).isEqualTo(776);
    Result unwritable = run("preview", conf, "--out", conf.resolve("x.png"), "--images", 1);
    assertThat(unwritable.code).isEqualTo(2);
    assertThat(unwritable.err.lines()).singleElement().asString().contains("cannot be written");
  }

  @Test
  void mistakesInAMixtureAreOneLine() throws Exception {
    Path conf = Files.writeString(dir.resolve("bad.conf"), "mocov3.data.batch-size = 4");

    assertThat(run("doctor", conf, "--set", "data.mix=[{path=x, wieght=2}]").err)
        .contains("data.mix")
        .contains("must be a list of sections { format, path, weight }");
    assertThat(run("doctor", conf, "--set", "data.mix=[{weight=2}]").err)
        .contains("data.mix[0].path is missing");
    assertThat(run("doctor", conf, "--set", "data.mix=[{path=x, weight=0}]").err)
        .contains("data.mix[0].weight")
        .contains("greater than 0");
    assertThat(run("doctor", conf, "--set", "data.mix=[{path=x}]", "--set", "data.train=y").err)
        .contains("empty when data.train is given");
  }

  private static ImageSource open(Path path) {
    return ImageSources.open(path.toString(), DataFormat.AUTO, SourceOptions.defaults());
  }

  private static Result run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int code = command.execute(texts);
    return new Result(code, out.toString(), err.toString());
  }
}
