package io.mocov3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.mocov3.augment.Shapes;
import io.mocov3.augment.ShapesConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** What a command left behind. */
  private record Result(int code, String out, String err) {}

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
    return tree(Main.commandLine(), List.of());
  }

  private static Stream<Arguments> tree(CommandLine command, List<String> path) {
    Stream<Arguments> children =
        command.getSubcommands().entrySet().stream()
            .flatMap(
                child -> {
                  List<String> words = new ArrayList<>(path);
                  words.add(child.getKey());
                  return tree(child.getValue(), words);
                });
    return Stream.concat(Stream.of(Arguments.of(path)), children);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpThatMentionsItsOptionsAndSubcommands(List<String> command) {
    CommandLine.Model.CommandSpec spec = spec(command);

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
    "run.seed=soon, a whole number of at least 0",
    "model.width=15, 15",
    "data.batch-size=2000, larger than the data set of 20 images",
    "data.train=/no/such/folder, /no/such/folder does not exist",
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
    assertThat(bad.err()).contains("16 pixels").hasLineCount(1);
  }

  private void assertMistake(Result result, String expected) {
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("mocov3: ").contains(expected).hasLineCount(1);
    assertThat(run).doesNotExist();
  }

  private static CommandLine.Model.CommandSpec spec(List<String> command) {
    CommandLine result = Main.commandLine();
    for (String word : command) {
      result = result.getSubcommands().get(word);
    }
    return result.getCommandSpec();
  }

  private static Result run(List<String> command, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all = Stream.concat(command.stream(), Arrays.stream(arguments)).toArray(String[]::new);
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(all);
    return new Result(code, out.toString(), err.toString());
  }
}
