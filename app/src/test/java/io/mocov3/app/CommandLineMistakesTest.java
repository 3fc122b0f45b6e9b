package io.mocov3.app;

import static io.mocov3.app.Commands.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.app.Commands.Result;
import io.mocov3.app.output.ExitCode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Arguments that no command can use. */
class CommandLineMistakesTest {
  @TempDir private Path directory;

  static Stream<Arguments> paths() {
    return Commands.all().stream()
        .flatMap(
            command ->
                Commands.spec(command).args().stream()
                    .filter(CommandLineMistakesTest::isPath)
                    .map(
                        argument ->
                            Arguments.of(
                                command,
                                argument instanceof OptionSpec option
                                    ? option.longestName()
                                    : "")));
  }

  /** One, or a list of them. */
  private static boolean isPath(ArgSpec argument) {
    return Arrays.asList(argument.auxiliaryTypes()).contains(Path.class);
  }

  @ParameterizedTest
  @MethodSource("paths")
  void aPathThatNoFileSystemTakesIsOneLineWithExitCode2(List<String> command, String option) {
    String path = "a\0b";

    Result result = option.isEmpty() ? run(command, path) : run(command, option + "=" + path);

    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("Nul character not allowed").hasLineCount(1);
  }

  @Test
  void theLocationOfADataSetMayBeNoPathEither() {
    Result result = run(List.of("data", "verify"), "a\0b");

    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).startsWith("mocov3: \"a\\u0000b\" is not a path").hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data verify DATA --threads=1000000",
        "bench data DATA --threads=-1",
        "bench data DATA --image-size=2000000000",
        "bench step --steps=2147483647",
        "data make-shapes OUT --size=2147483647",
        "data shard DATA --out=OUT --samples=0",
        "import --weights=DATA --out=OUT --heads=0",
        "quickstart --minutes=NaN",
        "quickstart --minutes=1e300",
        "quickstart --steps=-1"
      })
  void anAbsurdNumberOfAnOptionIsOneLineWithExitCode2(String command) {
    Result result =
        run(
            Stream.of(command.split(" "))
                .map(word -> word.replace("DATA", directory.toString()))
                .map(word -> word.replace("OUT", directory.resolve("out").toString()))
                .toList());

    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).startsWith("mocov3: --").contains("it must be").hasLineCount(1);
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void anEmptyPathIsNone() {
    Result result = run(List.of("doctor"), "");

    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("a path must not be empty").hasLineCount(1);
  }
}
