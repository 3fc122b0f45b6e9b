package io.mocov3.app;

import static io.mocov3.app.Commands.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.mocov3.app.Commands.Result;
import io.mocov3.app.output.ExitCode;
import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.shapes.ShapesConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CliTest {
  @TempDir private static Path images;
  @TempDir private Path directory;
  private Path experiment;
  private Path run;

  @BeforeAll
  static void makeImages() {
    Shapes.ensure(images.resolve("shapes"), new ShapesConfig(20, 10, 16, 1));
  }

  @BeforeEach
  void writeExperiment() throws Exception {
    run = directory.resolve("run");
    experiment = directory.resolve("tiny.conf");
    Files.writeString(
        experiment,
        """
        mocov3 {
          run { directory = "%s", steps = 2 }
          data { train = "%s", batch-size = 4, workers = 1 }
          model {
            image-size = 16, patch-size = 8, width = 16, depth = 1, heads = 2
            projector { hidden = 16, out = 8 }
            predictor { hidden = 16, out = 8 }
          }
          threads = 2
          http.port = 0
        }
        """
            .formatted(run, images.resolve("shapes/train")));
  }

  static Stream<Arguments> commands() {
    return Commands.all().stream().map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpThatMentionsItsOptionsAndSubcommands(List<String> command) {
    CommandLine.Model.CommandSpec spec = Commands.spec(command);

    Result result = run(command, "--help");

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out().replaceAll("\\s+", " "))
        .contains("--help")
        .contains(spec.usageMessage().description());
    spec.options().forEach(option -> assertThat(result.out()).contains(option.longestName()));
    spec.subcommands().keySet().forEach(name -> assertThat(result.out()).contains(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quickstart",
        "train",
        "eval knn",
        "eval linear",
        "eval few-shot",
        "eval retrieval",
        "features",
        "export",
        "import",
        "doctor",
        "data make-shapes",
        "data verify",
        "data shard",
        "bench data",
        "preview",
        "exactness"
      })
  void theCommandsOfTheManualAreThere(String command) {
    assertThat(run(List.of(command.split(" ")), "--help").code()).isZero();
  }

  @Test
  void theVersionIsOneLine() {
    Result result = run(List.of(), "--version");

    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("mocov3 ").hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource({
    "data.batchsize=8, data.batch-size",
    "run.sed=1, run.seed",
    "run.seed=soon, a whole number between 0 and",
    "model.width=15, model.width = 15 (--set model.width=15): width 15 is not divisible by heads 2",
    "data.batch-size=2000, larger than the data set of 20 images",
    "data.train=/no/such/folder, data.train: /no/such/folder does not exist",
    "data.test=/no/such/folder, data.test: /no/such/folder does not exist",
    "model.init-from=/no/such/weights, model.init-from: /no/such/weights",
    "'evaluation.live.probes=[{name=a,path=/no/such}]', evaluation.live.probes a: /no/such does",
    "'evaluation.probes=[{name=a,train=/no/such,test=x}]', 'evaluation.probes a, train: /no/such'",
    "'evaluation.probes=[{name=a,train=x}]', evaluation.probes[0].test",
    "evaluation.linear.learning-rates=[], a list of numbers between",
    "http.host=no-such-host.invalid, http.host no-such-host.invalid is neither",
    "http.host=192.0.2.1, http.host 192.0.2.1 is not an address of this machine",
    "run.directory=\"a\\u0000b\", a path without the character NUL",
    "threads=1000000, threads = 1000000 (--set threads=1000000): must be a whole number between",
    "data.train=\"\", data.train is empty",
    "device=tpu, 'auto, cpu'"
  })
  void aMistakeIsOneLineWithExitCode2AndNothingIsWritten(String override, String expected) {
    Result result = run(List.of("train"), experiment.toString(), "--set", override);

    assertMistake(result, expected);
  }

  @Test
  void cudaThatIsNotThereIsOneLineWithExitCode2AndNothingIsWritten() {
    assumeFalse(torch.cuda_is_available(), "this machine has CUDA");

    Result result = run(List.of("train"), experiment.toString(), "--set", "device=cuda:0");

    assertMistake(result, "this process sees no CUDA device");
  }

  @Test
  void anExperimentThatIsNotThereIsOneLineWithExitCode2() {
    Result result = run(List.of("train"), directory.resolve("none.conf").toString());

    assertMistake(result, "none.conf is not a file");
  }

  @Test
  void aRunDirectoryThatCannotBeMadeIsOneLineWithExitCode2() {
    Result result =
        run(
            List.of("train"),
            experiment.toString(),
            "--set",
            "run.directory=" + experiment.resolve("run"));

    assertMistake(result, "cannot be written");
  }

  @Test
  void oneOfSeveralTrainingSetsThatIsNotThereIsNamedByItsPlace() {
    Result result =
        run(
            List.of("train"),
            experiment.toString(),
            "--set",
            "data.train=",
            "--set",
            "data.mix=[{path=\"%s\"},{path=/no/such}]".formatted(images.resolve("shapes/train")));

    assertMistake(result, "data.mix[1]: /no/such does not exist");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "eval knn --run RUN",
        "export --format timm --out OUT --run RUN",
        "fork RUN --at 2 --set run.steps=3",
        "train CONF"
      })
  void aDamagedRecordOfARunIsOneLineThatSaysWhatToDo(String command) throws Exception {
    assertThat(run(List.of("train"), experiment.toString()).code()).isZero();
    Path record = run.resolve("config.conf");
    byte[] bytes = Files.readAllBytes(record);
    bytes[Files.readString(record).indexOf('\n') + 1] = (byte) 0xfe;
    Files.write(record, bytes);

    Result result =
        run(
            Stream.of(command.split(" "))
                .map(word -> word.replace("RUN", run.toString()))
                .map(word -> word.replace("OUT", directory.resolve("out").toString()))
                .map(word -> word.replace("CONF", experiment.toString()))
                .toList());

    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .contains(record + ": 2: is not UTF-8 text (byte 0xfe); it is the record")
        .contains("restore it, or ")
        .hasLineCount(1);
  }

  @Test
  void theSameMistakesEndDoctorWithExitCode2() {
    Result result =
        run(List.of("doctor"), experiment.toString(), "--set", "data.train=/no/such/folder");

    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("/no/such/folder does not exist").hasLineCount(1);
  }

  @Test
  void doctorSaysWhatIsKnownBeforeTheFirstStepAndWritesNothing() {
    Result result = run(List.of("doctor"), experiment.toString());

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("20 training images in 10 classes", "2 steps of 4 images", "first loss");
    assertThat(run).doesNotExist();
  }

  @Test
  void doctorSaysWhatSeveralRanksTakeAndWhichBatchCannotBeCut() {
    Result two = run(List.of("doctor"), experiment.toString(), "-n", "2", "--per-host", "1");
    Result three = run(List.of("doctor"), experiment.toString(), "-n", "3");

    assertThat(two.out()).contains("2, 1 on each host; each takes 2 of the 4 images of a step");
    assertThat(two.code()).isZero();
    assertThat(three.code()).isEqualTo(ExitCode.USAGE);
    assertThat(three.err()).contains("data.batch-size is 4; with 3 ranks").hasLineCount(1);
  }

  @Test
  void doctorPrintsWhatToAskOfKubernetesAndNothingElse() {
    Result result =
        run(List.of("doctor"), experiment.toString(), "--kubernetes", "--set", "threads=3");

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .startsWith("# ")
        .contains("kind: Job", "requests:", "cpu: \"3\"", "memory: 768Mi")
        .doesNotContain("first loss", "nvidia.com/gpu");
    assertThat(result.err()).contains("20 training images in 10 classes", "first loss");
  }

  @Test
  void doctorAsksNothingOfKubernetesForImagesThatAreNotThere() {
    Result result =
        run(List.of("doctor"), experiment.toString(), "--kubernetes", "--set", "data.train=/no");

    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("mocov3: data.train: /no does not exist");
  }

  @Test
  void doctorAnswersKubernetesOnAMachineThatIsTooSmall() {
    Result result =
        run(
            List.of("doctor"),
            experiment.toString(),
            "--kubernetes",
            "--set",
            "model.projector.hidden=20000",
            "--set",
            "model.projector.layers=16");

    assertThat(result.code()).isZero();
    assertThat(result.err()).contains("IT DOES NOT FIT");
    assertThat(result.out()).containsPattern("memory: \\d{6}Mi");
  }

  @Test
  void anUnknownOptionIsAUsageErrorThatNamesItAndHelp() {
    Result result = run(List.of("train"), experiment.toString(), "--sett", "run.seed=1");

    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("--sett", "--help");
  }

  @Test
  void makeShapesWritesImagesAndRefusesImpossibleSizes() {
    Path folder = directory.resolve("shapes");

    Result good =
        run(
            List.of("data", "make-shapes"),
            folder.toString(),
            "--train-images=10",
            "--test-images=10",
            "--size=16");
    Result bad = run(List.of("data", "make-shapes"), folder.toString(), "--size=1");

    assertThat(good.code()).isZero();
    assertThat(folder.resolve("train")).isNotEmptyDirectory();
    assertThat(bad.code()).isEqualTo(ExitCode.USAGE);
    assertThat(bad.err()).contains("--size is 1; it must be between 16 and").hasLineCount(1);
  }

  private void assertMistake(Result result, String expected) {
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("mocov3: ").contains(expected).hasLineCount(1);
    assertThat(run).doesNotExist();
  }
}
