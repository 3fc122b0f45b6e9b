package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.shapes.ShapesConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, real signals, real files. */
class TrainingProcessTest {
  @TempDir private static Path shared;
  @TempDir private Path folder;
  private Path errors;

  @BeforeAll
  static void makeImages() {
    TinyRun.makeImages(shared);
  }

  @BeforeEach
  void nameFiles() {
    errors = folder.resolve("errors.txt");
  }

  @Test
  void aKilledRunGoesOnWithTheSameBitsAndSamplesOnAnotherNumberOfWorkers() throws Exception {
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");
    Mocov3Process uninterrupted = Mocov3Process.run(errors, train(whole));
    assertThat(uninterrupted.exitCode()).as(uninterrupted.errors()).isZero();

    Mocov3Process first = Mocov3Process.start(errors, train(killed, "data.workers=1"));
    await().atMost(Duration.ofMinutes(1)).until(() -> TinyRun.losses(killed).size() >= 25);
    first.kill();
    Mocov3Process second = Mocov3Process.run(errors, train(killed, "data.workers=3"));

    assertThat(second.exitCode()).isZero();
    assertThat(second.errors()).contains("resuming after step");
    assertThat(TinyRun.losses(killed)).hasSize(60).isEqualTo(TinyRun.losses(whole));
    assertThat(TinyRun.samples(killed)).hasSize(60).isEqualTo(TinyRun.samples(whole));
  }

  @Test
  void aSignalDoesNotWaitForAProbe() throws Exception {
    Path images = folder.resolve("images");
    Shapes.ensure(images, new ShapesConfig(300, 60, 32, 7));
    Path run = folder.resolve("run");
    Mocov3Process training =
        Mocov3Process.start(
            errors,
            train(
                run,
                "run.steps=100000",
                "data.format=image-folder",
                "data.train=\"" + images.resolve("train") + "\"",
                "data.test=\"" + images.resolve("test") + "\""));
    await().atMost(Duration.ofMinutes(1)).until(() -> TinyRun.losses(run).size() >= 3);
    makeEndless(images.resolve("test/arrow/00000.jpg"));
    await().atMost(Duration.ofMinutes(1)).until(() -> TinyRun.losses(run).size() >= 70);

    long begin = System.nanoTime();
    training.terminate();

    assertThat(training.exitCode()).as(training.errors()).isEqualTo(75);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    assertThat(Files.readString(run.resolve("checkpoints/latest")))
        .isEqualToIgnoringNewLines("step-%08d".formatted(TinyRun.losses(run).size()));
  }

  /** Whoever reads it waits for ever. */
  private static void makeEndless(Path image) throws Exception {
    Files.delete(image);
    assertThat(new ProcessBuilder("mkfifo", image.toString()).start().waitFor()).isZero();
  }

  @Test
  void aSignalSavesAndEndsWith75AndTheSameCommandFinishes() throws Exception {
    Path run = folder.resolve("run");
    Mocov3Process first = Mocov3Process.start(errors, train(run, "run.steps=4000"));
    await().atMost(Duration.ofMinutes(1)).until(() -> TinyRun.losses(run).size() >= 15);

    first.terminate();

    assertThat(first.exitCode()).isEqualTo(75);
    int saved = TinyRun.losses(run).size();
    assertThat(Files.readString(run.resolve("checkpoints/latest")))
        .isEqualToIgnoringNewLines("step-%08d".formatted(saved));
    List<String> shorter = new ArrayList<>(train(run, "run.steps=" + (saved + 5)));
    shorter.addAll(List.of("--accept", "length"));
    Mocov3Process second = Mocov3Process.run(errors, shorter);
    assertThat(second.exitCode()).isZero();
    assertThat(TinyRun.losses(run)).hasSize(saved + 5);
  }

  @Test
  void aCorruptNewestCheckpointIsSetAsideLoudlyAndTheOneBeforeIsUsed() throws Exception {
    Path run = folder.resolve("run");
    assertThat(Mocov3Process.run(errors, train(run)).exitCode()).isZero();
    List<String> before = TinyRun.losses(run);
    Path weights = run.resolve("checkpoints/step-00000060/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length / 2] ^= 1;
    Files.write(weights, bytes);

    Mocov3Process again = Mocov3Process.run(errors, train(run));

    assertThat(again.exitCode()).isZero();
    assertThat(again.errors()).contains("warning: ").contains("step-00000060");
    assertThat(again.errors())
        .containsPattern("resuming after step [345]0 of 60")
        .doesNotContain("resuming after step 60");
    assertThat(TinyRun.losses(run)).isEqualTo(before);
  }

  @Test
  void anUndecodableImageIsQuarantinedOnceAndTheRunGoesOn() throws Exception {
    Path data = folder.resolve("data");
    copy(shared.resolve("shapes/train"), data);
    Files.write(data.resolve("star/00000-broken.jpg"), new byte[] {(byte) 0xFF, (byte) 0xD8, 0});
    Path run = folder.resolve("run");

    Mocov3Process process =
        Mocov3Process.run(
            errors,
            train(run, "data.train=\"" + data + "\"", "data.format=auto", "data.test=\"\""));

    assertThat(process.exitCode()).isZero();
    assertThat(Files.readAllLines(run.resolve("quarantine.jsonl")))
        .singleElement()
        .asString()
        .contains("star/00000-broken.jpg");
    assertThat(TinyRun.losses(run)).hasSize(60);
  }

  @Test
  void aDivergenceIsRolledBackWithoutAPersonAndReplayedFromItsCapsule() throws Exception {
    Path run = folder.resolve("run");

    // one checkpoint before the drill: on a busy disk a second one might be due while it is written
    Mocov3Process process =
        Mocov3Process.run(
            errors,
            train(
                run, "stability.policy=rollback", "checkpoint.every-steps=30", DRILL, NOT_FINITE));

    assertThat(process.exitCode()).isZero();
    assertThat(process.errors()).contains("rolled back from step 35 to step 30");
    assertThat(TinyRun.losses(run)).hasSize(60).noneMatch(loss -> loss.contains("NaN"));
    assertThat(TinyRun.lines(run.resolve("undone/rollback-01/metrics.jsonl"))).isNotEmpty();
    assertThat(TinyRun.lines(run.resolve("events.jsonl")))
        .anyMatch(line -> line.startsWith("{\"type\":\"rolled_back\",\"step\":35"));
    Path capsule = run.resolve("capsules/step-00000035-non_finite.json");
    Mocov3Process replay = Mocov3Process.run(errors, List.of("replay", capsule.toString()));
    assertThat(replay.exitCode()).as(replay.errors()).isZero();
    List<String> longer = new ArrayList<>(train(run, "run.steps=65", "checkpoint.every-steps=30"));
    longer.addAll(List.of("--accept", "length"));
    Mocov3Process again = Mocov3Process.run(errors, longer);
    assertThat(again.exitCode()).isZero();
    assertThat(TinyRun.samples(run)).hasSize(65);
  }

  @Test
  void aDivergenceUnderStopEndsWith3AndNamesTheStep() throws Exception {
    Path run = folder.resolve("run");

    Mocov3Process process =
        Mocov3Process.run(errors, train(run, "stability.policy=stop", DRILL, NOT_FINITE));

    assertThat(process.exitCode()).isEqualTo(3);
    assertThat(process.errors()).contains("mocov3: step 35 is not finite");
  }

  @Test
  void aForkHasTheDataOfItsParentAndOneChange() throws Exception {
    Path run = folder.resolve("run");
    assertThat(Mocov3Process.run(errors, train(run, "checkpoint.every-steps=40")).exitCode())
        .isZero();

    Mocov3Process fork =
        Mocov3Process.run(
            errors,
            List.of(
                "fork", run.toString(), "--at", "40", "--set", "schedule.base-learning-rate=1"));

    assertThat(fork.exitCode()).as(fork.errors()).isZero();
    Path forked = folder.resolve("run-fork-40");
    assertThat(TinyRun.samples(forked)).isEqualTo(TinyRun.samples(run));
    assertThat(TinyRun.losses(forked)).hasSize(60);
    assertThat(TinyRun.losses(forked).subList(0, 41)).isEqualTo(TinyRun.losses(run).subList(0, 41));
    assertThat(TinyRun.losses(forked).getLast()).isNotEqualTo(TinyRun.losses(run).getLast());
    Path report = folder.resolve("both.html");
    List<String> arguments =
        List.of("report", run.toString(), forked.toString(), "--out", report.toString());
    assertThat(Mocov3Process.run(errors, arguments).exitCode()).isZero();
    assertThat(Files.readString(report))
        .contains("\"name\":\"run\"", "\"name\":\"run-fork-40\"", "data:image/png;base64,")
        .doesNotContain("src=\"http", "href=\"http", "assets/page.js");
  }

  @Test
  void aPortInUseIsOneLineAndNothingIsWritten() throws Exception {
    Path run = folder.resolve("run");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = "http.port=" + taken.getLocalPort();

      Mocov3Process process = Mocov3Process.run(errors, train(run, "http.enabled=true", port));

      assertThat(process.exitCode()).isEqualTo(2);
      assertThat(TinyRun.message(process)).startsWith("mocov3: http.port " + taken.getLocalPort());
      assertThat(run).doesNotExist();
    }
  }

  @Test
  void aRunDirectoryThatCannotBeWrittenIsOneLine() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    Mocov3Process process = Mocov3Process.run(errors, train(file.resolve("run")));

    assertThat(process.exitCode()).isEqualTo(2);
    assertThat(TinyRun.message(process)).contains("run.directory").contains("cannot be written");
  }

  private static List<String> train(Path run, String... overrides) throws IOException {
    return TinyRun.train(shared, run, overrides);
  }

  private static final String DRILL = "stability.drill.step=35";
  private static final String NOT_FINITE = "stability.drill.factor=1e39";

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }
}
