package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.shapes.ShapesConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are asked to go on as something else than they were. */
class ResumptionTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

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
  void aHistoryWithoutItsCheckpointsIsRefusedAndKeptAsideWhenAskedTo() throws Exception {
    Path run = folder.resolve("run");
    assertThat(Mocov3Process.run(errors, train(run, "run.steps=20")).exitCode()).isZero();
    List<String> before = TinyRun.losses(run);
    Files.move(run.resolve("checkpoints"), folder.resolve("unmounted"));

    Path refusal = folder.resolve("refusal.txt");
    Mocov3Process refused = Mocov3Process.run(refusal, train(run, "run.steps=20"));

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(TinyRun.message(refused))
        .contains(run + "/metrics.jsonl", "20 steps", run + "/checkpoints", "--start-anew");
    assertThat(TinyRun.losses(run)).isEqualTo(before);
    List<String> anew = new ArrayList<>(train(run, "run.steps=20"));
    anew.add("--start-anew");
    assertThat(Mocov3Process.run(errors, anew).exitCode()).isZero();
    assertThat(TinyRun.losses(run)).isEqualTo(before);
    try (Stream<Path> aside = Files.list(run.resolve("aside"))) {
      assertThat(TinyRun.losses(aside.findFirst().orElseThrow())).isEqualTo(before);
    }
  }

  @Test
  void aRunThatNeverHadACheckpointBeginsAgain() throws Exception {
    Path run = folder.resolve("run");
    Mocov3Process first =
        Mocov3Process.start(errors, train(run, "run.steps=4000", "checkpoint.every-steps=0"));
    await().atMost(Duration.ofMinutes(1)).until(() -> TinyRun.losses(run).size() >= 5);
    first.kill();
    List<String> before = TinyRun.losses(run).subList(0, 5);

    Mocov3Process second =
        Mocov3Process.start(errors, train(run, "run.steps=4000", "checkpoint.every-steps=0"));

    await().atMost(Duration.ofMinutes(1)).until(() -> second.errors().contains("computed again"));
    await().atMost(Duration.ofMinutes(1)).until(() -> TinyRun.losses(run).size() >= 5);
    second.kill();
    assertThat(TinyRun.losses(run)).startsWith(before.toArray(String[]::new));
  }

  @Test
  void anotherLengthOrOtherImagesAreRefusedUntilTheyAreAccepted() throws Exception {
    Path run = folder.resolve("run");
    Path images = folder.resolve("images");
    Shapes.ensure(images, new ShapesConfig(60, 30, 16, 7));
    String train = "data.train=\"" + images.resolve("train") + "\"";
    String[] folders = {"data.format=image-folder", train, "data.test=\"\"", "run.steps=6"};
    assertThat(Mocov3Process.run(errors, train(run, folders)).exitCode()).isZero();
    List<String> before = TinyRun.losses(run);

    folders[3] = "run.steps=9";
    Mocov3Process longer = Mocov3Process.run(folder.resolve("longer.txt"), train(run, folders));
    folders[3] = "run.steps=4";
    Mocov3Process shorter = Mocov3Process.run(folder.resolve("shorter.txt"), train(run, folders));
    exchangeContents(images.resolve("train"));
    folders[3] = "run.steps=6";
    Mocov3Process other = Mocov3Process.run(folder.resolve("other.txt"), train(run, folders));

    assertThat(List.of(longer.exitCode(), shorter.exitCode(), other.exitCode())).containsOnly(2);
    assertThat(TinyRun.message(longer)).contains("6 steps", "now has 9", "--accept length");
    assertThat(TinyRun.message(shorter)).contains("has done 6 steps, more than the 4");
    assertThat(TinyRun.message(other)).contains("other contents", "--accept data");
    assertThat(TinyRun.losses(run)).isEqualTo(before);
    folders[3] = "run.steps=9";
    List<String> accepted = new ArrayList<>(train(run, folders));
    accepted.addAll(List.of("--accept", "length,data"));
    assertThat(Mocov3Process.run(errors, accepted).exitCode()).isZero();
    assertThat(TinyRun.losses(run)).hasSize(9);
    assertThat(MAPPER.readTree(run.resolve("run.json").toFile()).path("changes")).hasSize(2);
  }

  @Test
  void anotherExperimentInTheSameDirectoryIsRefused() throws Exception {
    Path run = folder.resolve("run");
    assertThat(Mocov3Process.run(errors, train(run, "run.steps=2")).exitCode()).isZero();
    List<String> before = TinyRun.losses(run);

    Path again = folder.resolve("again.txt");
    Mocov3Process process = Mocov3Process.run(again, train(run, "run.seed=1"));

    assertThat(process.exitCode()).isEqualTo(2);
    assertThat(TinyRun.message(process)).contains("run.seed = 0, not 1");
    assertThat(TinyRun.losses(run)).isEqualTo(before);
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

  private static List<String> train(Path run, String... overrides) throws IOException {
    return TinyRun.train(shared, run, overrides);
  }
}
