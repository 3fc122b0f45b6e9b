package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.augment.Shapes;
import io.mocov3.augment.ShapesConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, real signals, real files. */
class TrainingProcessTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private static Path shared;
  @TempDir private Path folder;
  private Path errors;

  @BeforeAll
  static void makeImages() {
    Shapes.ensure(shared.resolve("shapes"), new ShapesConfig(300, 60, 32, 7));
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
    await().atMost(Duration.ofMinutes(1)).until(() -> losses(killed).size() >= 25);
    first.kill();
    Mocov3Process second = Mocov3Process.run(errors, train(killed, "data.workers=3"));

    assertThat(second.exitCode()).isZero();
    assertThat(second.errors()).contains("resuming after step");
    assertThat(losses(killed)).hasSize(60).isEqualTo(losses(whole));
    assertThat(samples(killed)).hasSize(60).isEqualTo(samples(whole));
  }

  @Test
  void aSignalSavesAndEndsWith75AndTheSameCommandFinishes() throws Exception {
    Path run = folder.resolve("run");
    Mocov3Process first = Mocov3Process.start(errors, train(run, "run.steps=4000"));
    await().atMost(Duration.ofMinutes(1)).until(() -> losses(run).size() >= 15);

    first.terminate();

    assertThat(first.exitCode()).isEqualTo(75);
    int saved = losses(run).size();
    assertThat(Files.readString(run.resolve("checkpoints/latest")))
        .isEqualToIgnoringNewLines("step-%08d".formatted(saved));
    List<String> shorter = new ArrayList<>(train(run, "run.steps=" + (saved + 5)));
    shorter.addAll(List.of("--accept", "length"));
    Mocov3Process second = Mocov3Process.run(errors, shorter);
    assertThat(second.exitCode()).isZero();
    assertThat(losses(run)).hasSize(saved + 5);
  }

  @Test
  void aCorruptNewestCheckpointIsSetAsideLoudlyAndTheOneBeforeIsUsed() throws Exception {
    Path run = folder.resolve("run");
    assertThat(Mocov3Process.run(errors, train(run)).exitCode()).isZero();
    List<String> before = losses(run);
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
    assertThat(losses(run)).isEqualTo(before);
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
    assertThat(losses(run)).hasSize(60);
  }

  @Test
  void aDivergenceIsRolledBackWithoutAPersonAndReplayedFromItsCapsule() throws Exception {
    Path run = folder.resolve("run");

    Mocov3Process process =
        Mocov3Process.run(errors, train(run, "stability.policy=rollback", DRILL, NOT_FINITE));

    assertThat(process.exitCode()).isZero();
    assertThat(process.errors()).contains("rolled back from step 35 to step 30");
    assertThat(losses(run)).hasSize(60).noneMatch(loss -> loss.contains("NaN"));
    assertThat(lines(run.resolve("undone/rollback-01/metrics.jsonl"))).isNotEmpty();
    assertThat(lines(run.resolve("events.jsonl")))
        .anyMatch(line -> line.startsWith("{\"type\":\"rolled_back\",\"step\":35"));
    Path capsule = run.resolve("capsules/step-00000035-non_finite.json");
    Mocov3Process replay = Mocov3Process.run(errors, List.of("replay", capsule.toString()));
    assertThat(replay.exitCode()).as(replay.errors()).isZero();
    List<String> longer = new ArrayList<>(train(run, "run.steps=65"));
    longer.addAll(List.of("--accept", "length"));
    Mocov3Process again = Mocov3Process.run(errors, longer);
    assertThat(again.exitCode()).isZero();
    assertThat(samples(run)).hasSize(65);
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
    assertThat(Mocov3Process.run(errors, train(run)).exitCode()).isZero();

    Mocov3Process fork =
        Mocov3Process.run(
            errors,
            List.of(
                "fork", run.toString(), "--at", "40", "--set", "schedule.base-learning-rate=1"));

    assertThat(fork.exitCode()).as(fork.errors()).isZero();
    Path forked = folder.resolve("run-fork-40");
    assertThat(samples(forked)).isEqualTo(samples(run));
    assertThat(losses(forked)).hasSize(60);
    assertThat(losses(forked).subList(0, 41)).isEqualTo(losses(run).subList(0, 41));
    assertThat(losses(forked).getLast()).isNotEqualTo(losses(run).getLast());
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
      assertThat(message(process)).startsWith("mocov3: http.port " + taken.getLocalPort());
      assertThat(run).doesNotExist();
    }
  }

  @Test
  void aRunDirectoryThatCannotBeWrittenIsOneLine() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    Mocov3Process process = Mocov3Process.run(errors, train(file.resolve("run")));

    assertThat(process.exitCode()).isEqualTo(2);
    assertThat(message(process)).contains("run.directory").contains("cannot be written");
  }

  @Test
  void anotherExperimentInTheSameDirectoryIsRefused() throws Exception {
    Path run = folder.resolve("run");
    assertThat(Mocov3Process.run(errors, train(run, "run.steps=2")).exitCode()).isZero();
    List<String> before = losses(run);

    Path again = folder.resolve("again.txt");
    Mocov3Process process = Mocov3Process.run(again, train(run, "run.seed=1"));

    assertThat(process.exitCode()).isEqualTo(2);
    assertThat(message(process)).contains("run.seed = 0, not 1");
    assertThat(losses(run)).isEqualTo(before);
  }

  /** What a mistake prints: one line. */
  private static String message(Mocov3Process process) {
    List<String> lines =
        process.errors().lines().filter(line -> !line.startsWith("WARNING: ")).toList();
    assertThat(lines).hasSize(1);
    return lines.getFirst();
  }

  private static List<String> train(Path run, String... overrides) throws IOException {
    Path experiment = run.resolveSibling("tiny.conf");
    if (!Files.exists(experiment) && Files.isDirectory(experiment.getParent())) {
      Files.writeString(experiment, TINY.formatted(shared.resolve("shapes")));
    } else if (!Files.isDirectory(experiment.getParent())) {
      experiment = run.getParent().resolveSibling("tiny.conf");
      Files.writeString(experiment, TINY.formatted(shared.resolve("shapes")));
    }
    List<String> arguments = new ArrayList<>(List.of("train", experiment.toString()));
    arguments.addAll(List.of("--set", "run.directory=\"" + run + "\""));
    Arrays.stream(overrides).forEach(override -> arguments.addAll(List.of("--set", override)));
    return arguments;
  }

  @Test
  void checkpointsAndProbesNeedNoMemoryThatTheJvmCaps() throws Exception {
    Path run = folder.resolve("native");
    List<String> flags = List.of("-XX:MaxDirectMemorySize=8m");

    Mocov3Process training =
        Mocov3Process.start(
            errors, flags, train(run, "run.steps=4", "model.projector.hidden=1024"));

    assertThat(training.exitCode()).as(training.errors()).isZero();
    assertThat(run.resolve("checkpoints/step-00000004/model.safetensors")).exists();
  }

  @Test
  void memoryThatRunsOutEndsTrainingWithOneLine() throws Exception {
    Path prlimit = Path.of("/usr/bin/prlimit");
    assumeThat(prlimit).as("needs prlimit of util-linux").isExecutable();
    Path run = folder.resolve("memory");

    Mocov3Process training =
        Mocov3Process.startUnder(
            List.of(prlimit.toString(), "--as=" + (7L << 30)),
            errors,
            train(
                run,
                "model.projector.hidden=16384",
                "model.projector.layers=4",
                "run.check-memory=false"));

    assertThat(training.exitCode()).as(training.errors()).isEqualTo(3);
    assertThat(training.errors().lines().filter(line -> line.startsWith("mocov3: ")).toList())
        .as(training.errors())
        .hasSize(1)
        .first(InstanceOfAssertFactories.STRING)
        .contains("out of memory", "data.batch-size");
    assertThat(training.errors()).doesNotContain("at io.mocov3", "frame #");
  }

  @Test
  void aTrainingThatCannotFitIsRefusedBeforeItsFirstStep() throws Exception {
    Path run = folder.resolve("forecast");

    Mocov3Process training =
        Mocov3Process.run(
            errors, train(run, "model.projector.hidden=20000", "model.projector.layers=16"));

    assertThat(training.exitCode()).isEqualTo(2);
    assertThat(message(training))
        .contains("training needs about", "GB of memory", "free; lower model.preset");
    assertThat(run).doesNotExist();
  }

  @Test
  void aHistoryWithoutItsCheckpointsIsRefusedAndKeptAsideWhenAskedTo() throws Exception {
    Path run = folder.resolve("run");
    assertThat(Mocov3Process.run(errors, train(run, "run.steps=20")).exitCode()).isZero();
    List<String> before = losses(run);
    Files.move(run.resolve("checkpoints"), folder.resolve("unmounted"));

    Path refusal = folder.resolve("refusal.txt");
    Mocov3Process refused = Mocov3Process.run(refusal, train(run, "run.steps=20"));

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(message(refused))
        .contains(run + "/metrics.jsonl", "20 steps", run + "/checkpoints", "--start-anew");
    assertThat(losses(run)).isEqualTo(before);
    List<String> anew = new ArrayList<>(train(run, "run.steps=20"));
    anew.add("--start-anew");
    assertThat(Mocov3Process.run(errors, anew).exitCode()).isZero();
    assertThat(losses(run)).isEqualTo(before);
    try (Stream<Path> aside = Files.list(run.resolve("aside"))) {
      assertThat(losses(aside.findFirst().orElseThrow())).isEqualTo(before);
    }
  }

  @Test
  void aRunThatNeverHadACheckpointBeginsAgain() throws Exception {
    Path run = folder.resolve("run");
    Mocov3Process first =
        Mocov3Process.start(errors, train(run, "run.steps=4000", "checkpoint.every-steps=0"));
    await().atMost(Duration.ofMinutes(1)).until(() -> losses(run).size() >= 5);
    first.kill();
    List<String> before = losses(run).subList(0, 5);

    Mocov3Process second =
        Mocov3Process.start(errors, train(run, "run.steps=4000", "checkpoint.every-steps=0"));

    await().atMost(Duration.ofMinutes(1)).until(() -> second.errors().contains("computed again"));
    await().atMost(Duration.ofMinutes(1)).until(() -> losses(run).size() >= 5);
    second.kill();
    assertThat(losses(run)).startsWith(before.toArray(String[]::new));
  }

  @Test
  void anotherLengthOrOtherImagesAreRefusedUntilTheyAreAccepted() throws Exception {
    Path run = folder.resolve("run");
    Path images = folder.resolve("images");
    Shapes.ensure(images, new ShapesConfig(60, 30, 16, 7));
    String train = "data.train=\"" + images.resolve("train") + "\"";
    String[] folders = {"data.format=image-folder", train, "data.test=\"\"", "run.steps=6"};
    assertThat(Mocov3Process.run(errors, train(run, folders)).exitCode()).isZero();
    List<String> before = losses(run);

    folders[3] = "run.steps=9";
    Mocov3Process longer = Mocov3Process.run(folder.resolve("longer.txt"), train(run, folders));
    folders[3] = "run.steps=4";
    Mocov3Process shorter = Mocov3Process.run(folder.resolve("shorter.txt"), train(run, folders));
    exchangeContents(images.resolve("train"));
    folders[3] = "run.steps=6";
    Mocov3Process other = Mocov3Process.run(folder.resolve("other.txt"), train(run, folders));

    assertThat(List.of(longer.exitCode(), shorter.exitCode(), other.exitCode())).containsOnly(2);
    assertThat(message(longer)).contains("6 steps", "now has 9", "--accept length");
    assertThat(message(shorter)).contains("has done 6 steps, more than the 4");
    assertThat(message(other)).contains("other contents", "--accept data");
    assertThat(losses(run)).isEqualTo(before);
    folders[3] = "run.steps=9";
    List<String> accepted = new ArrayList<>(train(run, folders));
    accepted.addAll(List.of("--accept", "length,data"));
    assertThat(Mocov3Process.run(errors, accepted).exitCode()).isZero();
    assertThat(losses(run)).hasSize(9);
    assertThat(MAPPER.readTree(run.resolve("run.json").toFile()).path("changes")).hasSize(2);
  }

  /** The images of one class get the bytes of one image of another. */
  private static void exchangeContents(Path train) throws IOException {
    try (Stream<Path> classes = Files.list(train)) {
      List<Path> folders = classes.sorted().toList();
      try (Stream<Path> ours = Files.list(folders.get(0));
          Stream<Path> theirs = Files.list(folders.get(1))) {
        Path image = theirs.findFirst().orElseThrow();
        for (Path file : ours.toList()) {
          Files.copy(image, file, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static final String DRILL = "stability.drill.step=35";
  private static final String NOT_FINITE = "stability.drill.factor=1e39";

  private static final String TINY =
      """
      mocov3 {
        run { steps = 60, log-samples = true }
        data {
          train = "%1$s/train"
          test = "%1$s/test"
          format = shapes
          batch-size = 16
          shapes { train-images = 300, test-images = 60, size = 32, seed = 7 }
        }
        model {
          preset = vit-tiny, image-size = 16, patch-size = 8, width = 16, depth = 1, heads = 2
          projector { hidden = 16, out = 8 }
          predictor { hidden = 16, out = 8 }
        }
        schedule.warmup-epochs = 0
        evaluation.knn { every-steps = 30, k = [5] }
        checkpoint.every-steps = 10
        http.enabled = false
      }
      """;

  /** The losses as written, so that equal means the same bits. */
  private static List<String> losses(Path run) throws IOException {
    return lines(run.resolve("metrics.jsonl")).stream()
        .filter(line -> line.contains("\"type\":\"step\""))
        .map(line -> field(line, "step") + ": " + field(line, "loss"))
        .toList();
  }

  private static List<String> samples(Path run) throws IOException {
    return lines(run.resolve("samples.jsonl"));
  }

  private static String field(String line, String name) {
    try {
      JsonNode value = MAPPER.readTree(line).path(name);
      return value.asText();
    } catch (IOException e) {
      return "cut off";
    }
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

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
