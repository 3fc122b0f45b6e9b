package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.app.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A real training, operated by {@code mocov3 ctl}. */
class OperatedRunTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Pattern ADDRESS = Pattern.compile("serving (http://127\\.0\\.0\\.1:\\d+)/");

  @TempDir private static Path shared;
  @TempDir private Path folder;
  private Path run;
  private Path errors;
  private String url;

  /** What {@code ctl} said, and its exit code. */
  private record Said(int code, String out, String err) {
    JsonNode json() throws IOException {
      return MAPPER.readTree(out);
    }
  }

  @BeforeAll
  static void makeImages() {
    TinyRun.makeImages(shared);
  }

  @BeforeEach
  void name() {
    run = folder.resolve("run");
    errors = folder.resolve("errors.txt");
  }

  private Mocov3Process start(String... more) throws IOException {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "http.enabled=true",
                "http.port=0",
                "run.steps=100000",
                "checkpoint.every-steps=20"));
    settings.addAll(List.of(more));
    Files.deleteIfExists(errors);
    Mocov3Process process =
        Mocov3Process.start(errors, TinyRun.train(shared, run, settings.toArray(String[]::new)));
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> ADDRESS.matcher(process.errors()).find() || !process.isAlive());
    Matcher address = ADDRESS.matcher(process.errors());
    assertThat(address.find()).as(process.errors()).isTrue();
    url = address.group(1);
    return process;
  }

  private Said ctl(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("ctl"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--url", url));
    int code = command.execute(all.toArray(String[]::new));
    return new Said(code, out.toString(), err.toString());
  }

  private long step() throws IOException {
    return ctl("status", "--json").json().path("step").asLong();
  }

  private void awaitStep(long step) {
    await().atMost(Duration.ofMinutes(1)).until(() -> step() >= step);
  }

  @Test
  void aPauseSurvivesARestartAndWhatIsAskedMeanwhileIsDone() throws Exception {
    Mocov3Process process = start();
    awaitStep(30);

    assertThat(ctl("pause").out()).startsWith("paused after step ");
    long paused = step();
    Said status = ctl("status");
    assertThat(status.out())
        .startsWith("paused: after step " + paused + "; step " + paused + " of 100000");
    Said saved = ctl("checkpoint", "--json");
    assertThat(saved.json().path("checkpoint").asText())
        .isEqualTo(run.resolve("checkpoints/step-%08d".formatted(paused)).toString());
    assertThat(Path.of(saved.json().path("checkpoint").asText())).isDirectory();
    assertThat(ctl("evaluate").out()).startsWith("kNN of step " + paused);
    assertThat(ctl("evaluate").out()).startsWith("kNN of step " + paused);
    assertThat(TinyRun.losses(run)).hasSize((int) paused);

    process.terminate();
    assertThat(process.exitCode()).isEqualTo(75);
    process = start();
    await().until(() -> ctl("status").out().startsWith("paused"));
    Thread.sleep(1000);
    assertThat(step()).isEqualTo(paused);
    assertThat(ctl("evaluate").out()).contains("was made before");

    assertThat(ctl("resume").out()).isEqualTo("resumed after step %d%n".formatted(paused));
    awaitStep(paused + 5);
    assertThat(ctl("resume").out()).startsWith("not paused");
    Said stop = ctl("stop", "--json");
    assertThat(stop.json().path("saved").asBoolean()).isTrue();
    assertThat(process.exitCode()).as(process.errors()).isEqualTo(75);
    assertThat(run.resolve("checkpoints/step-%08d".formatted(stop.json().path("step").asLong())))
        .isDirectory();
    assertThat(Files.readAllLines(run.resolve("audit.jsonl"))).hasSize(8);
  }

  @Test
  void oneGoesBackToTheCheckpointThatIsNamedAndNoneIsNoHarm() throws Exception {
    Mocov3Process process = start("checkpoint.keep=100");
    awaitStep(70);

    Said back = ctl("rollback", "--to-step", "45");
    assertThat(back.out()).as(back.err()).isEqualTo("went back to step 40%n".formatted());
    awaitStep(50);
    assertThat(Files.readString(run.resolve("events.jsonl"))).contains("\"reason\":\"requested\"");
    Said future = ctl("rollback", "--to-step", "99999");
    assertThat(future.code()).isEqualTo(1);
    assertThat(future.err()).startsWith("mocov3: step 99999 is not before the present step ");
    ctl("pause");
    assertThat(ctl("rollback").out()).startsWith("went back to step ");
    await().until(() -> ctl("status").out().startsWith("paused"));
    process.terminate();
    assertThat(process.exitCode()).isEqualTo(75);
  }

  @Test
  void oneThatIsGoneCannotBeGoneBackToAndTrainingGoesOn() throws Exception {
    Mocov3Process process = start("checkpoint.keep=1");
    awaitStep(70);

    Said back = ctl("rollback", "--to-step", "25");

    assertThat(back.code()).isEqualTo(1);
    assertThat(back.err()).contains("no checkpoint from before step 26 is kept");
    awaitStep(step() + 5);
    process.kill();
  }

  @Test
  void whoWatchesHearsWhatFollowsUntilTheEndAndOfALossOfTheTrainingBeforeIt() throws Exception {
    Mocov3Process process = start();
    awaitStep(30);
    CompletableFuture<Said> first = CompletableFuture.supplyAsync(() -> ctl("status", "--watch"));
    awaitStep(step() + 60);
    assertThat(ctl("stop").code()).isZero();
    Said watched = first.get(1, TimeUnit.MINUTES);
    assertThat(watched.code()).as(watched.err()).isZero();
    assertThat(watched.out()).doesNotContain("training after step 0 of").contains("checkpoint ");
    assertThat(process.exitCode()).isEqualTo(75);

    process = start();
    awaitStep(step() + 5);
    CompletableFuture<Said> second = CompletableFuture.supplyAsync(() -> ctl("status", "--watch"));
    awaitStep(step() + 60);
    process.kill();
    assertThat(second.get(1, TimeUnit.MINUTES).code()).isEqualTo(2);
  }

  @Test
  void mistakesAreOneLine() throws Exception {
    url = "http://127.0.0.1:1";
    assertThat(ctl("status").code()).isEqualTo(2);
    assertThat(ctl("status").err())
        .startsWith("mocov3: http://127.0.0.1:1 cannot be reached")
        .hasLineCount(1);
    assertThat(ctl("dance").err()).contains("dance is not one of status, pause, resume");
    assertThat(ctl("pause", "--to-step", "4").err()).contains("--to-step is only for rollback");
    url = "ftp://there";
    assertThat(ctl("status").err()).contains("--url ftp://there is not like http://127.0.0.1:9464");
  }

  @Test
  void aSecondSignalEndsItAtOnce() throws Exception {
    Mocov3Process process = start("evaluation.knn.every-steps=0", "run.stop-grace=1m");
    awaitStep(5);
    ctl("pause");
    Path checkpoints = run.resolve("checkpoints");
    assertThat(ctl("checkpoint").code()).isZero();
    ctl("resume");
    awaitStep(step() + 1);
    // the last checkpoint cannot be written, so the first signal has to wait
    Path aside = folder.resolve("aside");
    Files.move(checkpoints, aside);
    Files.writeString(checkpoints, "in the way");

    process.terminate();
    Thread.sleep(1500);
    assertThat(process.isAlive()).as(process.errors()).isTrue();
    long begin = System.nanoTime();
    process.terminate();

    assertThat(process.exitCode()).isEqualTo(143);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void whatHangsIsWrittenDownAndTriedAgainAndGivenUp() throws Exception {
    Path images = folder.resolve("images");
    copy(shared.resolve("shapes"), images);
    Mocov3Process process =
        start(
            "run.stuck-after=6s",
            "data.train=" + images.resolve("train"),
            "data.test=" + images.resolve("test"),
            "evaluation.knn.every-steps=0");
    awaitStep(25);

    hang(images.resolve("train"));

    assertThat(process.exitCode()).as(process.errors()).isEqualTo(3);
    assertThat(process.errors())
        .contains("no step for 3 s after step ", "what every thread did is in ")
        .contains("training failed 3 times");
    try (Stream<Path> files = Files.list(run)) {
      Path dump =
          files
              .filter(file -> file.getFileName().toString().startsWith("stuck-"))
              .findFirst()
              .orElseThrow();
      assertThat(Files.readString(dump)).contains("no step for", "\"views-", ".open");
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  /** Whoever opens one of the images waits for ever. */
  private void hang(Path images) throws Exception {
    List<Path> all;
    try (Stream<Path> files = Files.walk(images)) {
      all = files.filter(file -> file.toString().endsWith(".jpg")).toList();
    }
    assertThat(all).isNotEmpty();
    for (Path image : all) {
      Path pipe = folder.resolve("pipe");
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
      Files.move(pipe, image, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
