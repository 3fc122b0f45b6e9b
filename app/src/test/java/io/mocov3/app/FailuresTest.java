package io.mocov3.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.app.output.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FailuresTest {

  /** A command that cannot but fail. */
  @Command(name = "fail")
  private record Failing(Callable<Integer> what) implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      return what.call();
    }
  }

  private record Result(int code, String err) {}

  @Test
  void whatLibtorchThrowsIsItsFirstLineWithoutFrames() {
    Result result = fail(() -> (int) product(2, 3).size(0));

    assertThat(result.code()).isEqualTo(ExitCode.FAILED);
    assertThat(result.err())
        .startsWith("mocov3: fail: ")
        .contains("shapes cannot be multiplied")
        .doesNotContain("frame #", "Exception raised from")
        .hasLineCount(1);
  }

  @Test
  void memoryThatLibtorchDoesNotGetNamesWhatToLower() {
    Result result =
        fail(
            () -> {
              Tensor one = Tensor.create(1f);
              return (int) one.expand(1L << 22, 1L << 24).contiguous().size(0);
            });

    assertThat(result.code()).isEqualTo(ExitCode.FAILED);
    assertThat(result.err())
        .startsWith("mocov3: fail: ")
        .endsWith(
            "; lower data.batch-size or take a smaller model, doctor forecasts what is needed\n")
        .hasLineCount(1);
  }

  @Test
  void anEmptyHeapIsOneLineThatNamesWhatToRaiseOrLower() {
    Result result =
        fail(
            () -> {
              throw new OutOfMemoryError("Java heap space");
            });

    assertThat(result)
        .isEqualTo(
            new Result(
                ExitCode.FAILED,
                "mocov3: fail: out of memory (Java heap space); raise it with"
                    + " MOCOV3_JAVA_OPTS=-Xmx4g, or lower data.batch-size or data.buffers\n"));
  }

  @Test
  void threadsThatTheSystemDoesNotGiveAreNoMatterOfTheHeap() {
    Result result =
        fail(
            () -> {
              throw new OutOfMemoryError("unable to create native thread: possibly out of memory");
            });

    assertThat(result.err()).contains("lower data.workers or threads").hasLineCount(1);
  }

  @Test
  void aFullGpuIsOneLineThatNamesWhatTakesLessOfIt() {
    Result result =
        fail(
            () -> {
              throw new RuntimeException(
                  "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of"
                      + " 79.11 GiB of which 1.00 GiB is free.");
            });

    assertThat(result.err())
        .contains("lower the batch size; method.memory-saver = true or step.micro-batches")
        .hasLineCount(1);
  }

  @Test
  void anEndlessRecursionIsOneLine() {
    Result result = fail(() -> deeper(0));

    assertThat(result.code()).isEqualTo(ExitCode.FAILED);
    assertThat(result.err()).startsWith("mocov3: fail: the stack of Java").hasLineCount(1);
  }

  @Test
  void aMissingFileIsTheUsersAndAFullDiskIsNot() {
    Result missing =
        fail(
            () -> {
              throw new UncheckedIOException(new NoSuchFileException("/no/such"));
            });
    Result full =
        fail(
            () -> {
              throw new FileSystemException("/full/x", null, "No space left on device");
            });

    assertThat(missing)
        .isEqualTo(new Result(ExitCode.USAGE, "mocov3: /no/such: there is no such file\n"));
    assertThat(full)
        .isEqualTo(new Result(ExitCode.FAILED, "mocov3: fail: /full/x: No space left on device\n"));
  }

  @Test
  void aPathThatNoFileSystemTakesIsTheUsers() {
    Result result = fail(() -> Path.of("a\0b").getNameCount());

    assertThat(result)
        .isEqualTo(
            new Result(
                ExitCode.USAGE,
                "mocov3: \"a\\u0000b\" is not a path: Nul character not allowed\n"));
  }

  @Test
  void anythingElseIsOneLineThatSaysHowToSeeTheStack() {
    Result result =
        fail(
            () -> {
              throw new CompletionException(new IllegalStateException("two\nlines \u001b[2J"));
            });

    assertThat(result)
        .isEqualTo(
            new Result(
                ExitCode.FAILED,
                "mocov3: fail: unexpected IllegalStateException: two lines \\u001b[2J;"
                    + " MOCOV3_STACK=1 shows where\n"));
  }

  @Test
  void theStackFollowsWhereItIsWanted() {
    StringWriter err = new StringWriter();
    CommandLine command = new CommandLine(new Failing(() -> 0));
    command.setErr(new PrintWriter(err, true));

    int code = new Failures(true).report(new IllegalStateException("why"), command);

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("at io.mocov3.app.FailuresTest");
  }

  private static Tensor product(int rows, int columns) {
    Tensor matrix = Tensor.create(new float[rows * columns], rows, columns);
    return matrix.mm(matrix);
  }

  @SuppressWarnings("InfiniteRecursion")
  private static int deeper(int depth) {
    return deeper(depth + 1) + 1;
  }

  private static Result fail(Callable<Integer> what) {
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine().addSubcommand(new Failing(what));
    int code = commandLine.setErr(new PrintWriter(err, true)).execute("fail");
    return new Result(code, err.toString());
  }
}
