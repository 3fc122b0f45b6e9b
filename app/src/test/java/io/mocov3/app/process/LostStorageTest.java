package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.shapes.ShapesConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real trainings whose disk fills, whose directory is moved, and whose images go away. */
class LostStorageTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(1);

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
  void trainingGoesOnWithAFullDiskAndItsLogsAreWholeOnceThereIsRoom() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 48)) {
      Path run = disk.path().resolve("run");
      Mocov3Process training =
          Mocov3Process.start(errors, train(run, "run.steps=1000000", "http.enabled=true"));
      await().atMost(PATIENCE).until(() -> steps(run.resolve("metrics.jsonl")).size() > 10);
      disk.fill();
      await().atMost(PATIENCE).until(() -> waiting(training, "samples.jsonl") > 20);
      await().atMost(PATIENCE).until(() -> waiting(training, "metrics.jsonl") > 20);
      disk.free();
      await().atMost(PATIENCE).until(() -> waiting(training, "samples.jsonl") == 0);
      await().atMost(PATIENCE).until(() -> waiting(training, "metrics.jsonl") == 0);

      training.terminate();

      assertThat(training.exitCode()).as(training.errors()).isEqualTo(75);
      assertThat(training.errors())
          .containsOnlyOnce("warning: metrics.jsonl cannot be written (No space left on device)")
          .containsOnlyOnce("warning: metrics.jsonl is written again: ");
      List<Long> steps = steps(run.resolve("metrics.jsonl"));
      assertThat(steps).isEqualTo(upTo(steps.size()));
      assertThat(steps(run.resolve("samples.jsonl"))).isEqualTo(steps);
      assertThat(steps(run.resolve("gradients.jsonl"))).isEqualTo(steps);
    }
  }

  @Test
  void aLastCheckpointWithoutRoomIsWrittenOnceThereIsSome() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 8)) {
      Path run = disk.path().resolve("run");
      Mocov3Process training =
          Mocov3Process.start(errors, train(run, "run.steps=1000000", "http.enabled=true"));
      await().atMost(PATIENCE).until(() -> steps(run.resolve("metrics.jsonl")).size() > 10);
      disk.fill();
      await().atMost(PATIENCE).until(() -> waiting(training, "metrics.jsonl") > 0);

      training.terminate();
      await()
          .atMost(PATIENCE)
          .until(() -> training.errors().contains("checkpoint could not be written"));
      disk.free();

      assertThat(training.exitCode()).as(training.errors()).isEqualTo(75);
      List<Long> steps = steps(run.resolve("metrics.jsonl"));
      assertThat(steps).isEqualTo(upTo(steps.size()));
      assertThat(run.resolve("checkpoints/step-%08d/manifest.json".formatted(steps.size())))
          .exists();
    }
  }

  @Test
  void aBadByteInEachLogDoesNotStopTheRunFromGoingOn() throws Exception {
    Path run = folder.resolve("run");
    assertThat(Mocov3Process.run(errors, train(run, "run.steps=20")).exitCode()).isZero();
    List<String> logs = List.of("metrics.jsonl", "gradients.jsonl", "samples.jsonl");
    for (String log : logs) {
      byte[] bytes = Files.readAllBytes(run.resolve(log));
      bytes[5] = (byte) 0xFF;
      Files.write(run.resolve(log), bytes);
    }

    List<String> longer = new ArrayList<>(train(run, "run.steps=30"));
    longer.addAll(List.of("--accept", "length"));
    Mocov3Process again = Mocov3Process.run(errors, longer);

    assertThat(again.exitCode()).as(again.errors()).isZero();
    assertThat(logs)
        .allSatisfy(
            log ->
                assertThat(again.errors())
                    .containsOnlyOnce(run.resolve(log) + " line 1 is damaged; it stays there"));
    assertThat(Files.readString(run.resolve("metrics.jsonl"), StandardCharsets.ISO_8859_1))
        .contains("\"step\":30,");
  }

  @Test
  void aRunWhoseDirectoryIsMovedEndsEarlyAndSaysWhereItIs() throws Exception {
    Path run = folder.resolve("run");
    Path elsewhere = folder.resolve("elsewhere");
    Mocov3Process training = Mocov3Process.start(errors, train(run, "run.steps=1000000"));
    await().atMost(PATIENCE).until(() -> steps(run.resolve("metrics.jsonl")).size() > 10);

    Files.move(run, elsewhere);

    assertThat(training.exitCode()).isEqualTo(3);
    assertThat(training.errors())
        .contains("mocov3: run.directory " + run + " was moved to " + elsewhere.toRealPath());
    assertThat(run).doesNotExist();
  }

  @Test
  void imagesThatGoAwayAndComeBackAreWaitedForAndTheRunIsTheSame() throws Exception {
    Path images = folder.resolve("images");
    Path away = folder.resolve("away");
    Shapes.ensure(images, new ShapesConfig(300, 60, 32, 7));
    String[] data = {"data.train=\"" + images.resolve("train") + "\"", "data.format=image-folder"};
    Path whole = folder.resolve("whole");
    Mocov3Process undisturbed =
        Mocov3Process.run(errors, train(whole, data[0], data[1], "run.steps=400"));
    assertThat(undisturbed.exitCode()).as(undisturbed.errors()).isZero();

    Path run = folder.resolve("run");
    Path messages = folder.resolve("messages.txt");
    Mocov3Process training =
        Mocov3Process.start(messages, train(run, data[0], data[1], "run.steps=400"));
    await().atMost(PATIENCE).until(() -> steps(run.resolve("metrics.jsonl")).size() > 10);
    Files.move(images, away);
    await().atMost(PATIENCE).until(() -> training.errors().contains("waiting after step"));
    Files.move(away, images);

    assertThat(training.exitCode()).as(training.errors()).isZero();
    assertThat(training.errors()).contains("the images are back; went on after ");
    assertThat(run.resolve("quarantine.jsonl")).doesNotExist();
    assertThat(Files.readAllLines(run.resolve("samples.jsonl")))
        .isEqualTo(Files.readAllLines(whole.resolve("samples.jsonl")));
    assertThat(TinyRun.losses(run)).hasSize(400).isEqualTo(TinyRun.losses(whole));
  }

  @Test
  void imagesThatStayAwayEndTheRunWith75AndACheckpoint() throws Exception {
    Path images = folder.resolve("images");
    Shapes.ensure(images, new ShapesConfig(300, 60, 32, 7));
    Path run = folder.resolve("run");
    Mocov3Process training =
        Mocov3Process.start(
            errors,
            train(
                run,
                "data.train=\"" + images.resolve("train") + "\"",
                "data.format=image-folder",
                "data.retry-for=0",
                "run.steps=1000000"));
    await().atMost(PATIENCE).until(() -> steps(run.resolve("metrics.jsonl")).size() > 10);

    Files.move(images, folder.resolve("away"));

    assertThat(training.exitCode()).as(training.errors()).isEqualTo(75);
    int saved = steps(run.resolve("metrics.jsonl")).size();
    assertThat(run.resolve("checkpoints/step-%08d/manifest.json".formatted(saved))).exists();
    assertThat(training.errors()).contains("interrupted after step %d, saved: ".formatted(saved));
  }

  @Test
  void imagesThatAreAwayAtTheStartOfARunThatKnowsThemAreWaitedForToo() throws Exception {
    Path images = folder.resolve("images");
    Path away = folder.resolve("away");
    Shapes.ensure(images, new ShapesConfig(300, 60, 32, 7));
    Path run = folder.resolve("run");
    String train = "data.train=\"" + images.resolve("train") + "\"";
    String[] first = {train, "data.format=image-folder", "run.steps=30"};
    Mocov3Process whole = Mocov3Process.run(errors, train(run, first));
    assertThat(whole.exitCode()).as(whole.errors()).isZero();
    Files.move(images, away);

    Mocov3Process hasty = Mocov3Process.run(errors, longer(run, train, "data.retry-for=0"));
    assertThat(hasty.exitCode()).as(hasty.errors()).isEqualTo(75);
    assertThat(hasty.errors()).contains("interrupted after step 30, saved: data.train: " + images);

    String elsewhere = "data.train=\"" + folder.resolve("mistyped/train") + "\"";
    Mocov3Process mistaken = Mocov3Process.run(errors, longer(run, elsewhere));
    assertThat(mistaken.exitCode()).as(mistaken.errors()).isEqualTo(2);

    Path messages = folder.resolve("messages.txt");
    Mocov3Process patient = Mocov3Process.start(messages, longer(run, train));
    await().atMost(PATIENCE).until(() -> patient.errors().contains("so it is waited for"));
    Files.move(away, images);
    assertThat(patient.exitCode()).as(patient.errors()).isZero();
    assertThat(TinyRun.losses(run)).hasSize(40);
  }

  private static List<String> longer(Path run, String... overrides) throws IOException {
    List<String> all = new ArrayList<>(List.of(overrides));
    all.addAll(List.of("data.format=image-folder", "run.steps=40"));
    List<String> arguments = new ArrayList<>(train(run, all.toArray(String[]::new)));
    arguments.addAll(List.of("--accept", "length"));
    return arguments;
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  /** Steps of a log; of the metrics those of the lines about a step. */
  private static List<Long> steps(Path log) throws IOException {
    List<Long> steps = new ArrayList<>();
    for (String line : Files.exists(log) ? Files.readAllLines(log) : List.<String>of()) {
      if (!line.startsWith("{\"type\"") || line.startsWith("{\"type\":\"step\"")) {
        steps.add(MAPPER.readTree(line).path("step").asLong());
      }
    }
    return steps;
  }

  private static double waiting(Mocov3Process training, String log) throws Exception {
    Matcher serving = Pattern.compile("serving (http://\\S+/)").matcher(training.errors());
    assertThat(serving.find()).isTrue();
    try (HttpClient client = HttpClient.newHttpClient()) {
      String scrape =
          client
              .send(
                  HttpRequest.newBuilder(URI.create(serving.group(1) + "metrics")).build(),
                  BodyHandlers.ofString())
              .body();
      return scrape
          .lines()
          .filter(line -> line.startsWith("mocov3_log_lines_waiting{file=\"" + log + "\"}"))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
          .sum();
    }
  }

  /** Without probes and checkpoints on the way. */
  private static List<String> train(Path run, String... overrides) throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "data.test=\"\"",
                "evaluation.knn.every-steps=1000000",
                "checkpoint.every-steps=0",
                "http.port=0"));
    all.addAll(List.of(overrides));
    return TinyRun.train(shared, run, all.toArray(String[]::new));
  }
}
