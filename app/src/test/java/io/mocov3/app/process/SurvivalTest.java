package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is killed, and whenever, the run decides and writes what it would have undisturbed. */
class SurvivalTest {
  private static final int KILLS = Integer.getInteger("mocov3.kills", 4);
  private static final int STEPS = 280;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * A spike, dips that a curve's noise makes, both kinds of probes, and a queue that is not full.
   */
  private static final String[] EVENTFUL = {
    "run.steps=" + STEPS,
    "checkpoint.every-steps=20",
    "evaluation.knn.every-steps=40",
    "evaluation.live.every-steps=5",
    "evaluation.live.k=[5]",
    "evaluation.live.images=60",
    "evaluation.live.max-age-steps=100",
    "stability.spikes.window=60",
    "stability.spikes.warm-up-steps=40",
    "stability.drill.step=145",
    "stability.drill.factor=1e6",
    "stability.dips.noise-factor=0.2",
    "stability.dips.smallest-fall=0.02",
    "stability.dips.settle-points=4"
  };

  /** A gradient that is not finite, and a checkpoint before it to go back to. */
  private static final String[] REPAIRED = {
    "run.steps=" + STEPS,
    "checkpoint.every-steps=20",
    "evaluation.knn.every-steps=40",
    "evaluation.live.every-steps=5",
    "evaluation.live.k=[5]",
    "evaluation.live.images=60",
    "evaluation.live.max-age-steps=100",
    "stability.policy=rollback",
    "stability.drill.step=145",
    "stability.drill.factor=1e39"
  };

  @TempDir private static Path shared;
  @TempDir private Path folder;

  @BeforeAll
  static void makeImages() {
    TinyRun.makeImages(shared);
  }

  @Test
  void aRunThatIsKilledOverAndOverWritesWhatTheUndisturbedOneWrites() throws Exception {
    Path whole = killedOverAndOver(1, STEPS, EVENTFUL);

    assertThat(types(whole)).contains("spike_began", "spike", "dip");
  }

  @Test
  void soDoesARunThatGoesBackToACheckpoint() throws Exception {
    Path whole = killedOverAndOver(120, 180, REPAIRED);

    assertThat(types(whole)).contains("not_finite", "rolled_back");
    assertThat(names(whole)).anyMatch(name -> name.startsWith("undone/"));
  }

  private Path killedOverAndOver(int from, int to, String[] settings) throws Exception {
    Path whole = folder.resolve("whole/run");
    Path killed = folder.resolve("killed/run");
    Path errors = folder.resolve("errors.txt");
    Mocov3Process undisturbed = Mocov3Process.run(errors, TinyRun.train(shared, whole, settings));
    assertThat(undisturbed.exitCode()).as(undisturbed.errors()).isZero();

    for (int target : targets(from, to)) {
      Mocov3Process process =
          Mocov3Process.start(errors, TinyRun.train(shared, killed, restless(settings)));
      while (TinyRun.losses(killed).size() < target && process.isAlive()) {
        Thread.sleep(1);
      }
      process.kill();
    }
    Mocov3Process last =
        Mocov3Process.run(errors, TinyRun.train(shared, killed, restless(settings)));

    assertThat(last.exitCode()).as(last.errors()).isZero();
    assertThat(names(killed)).containsAll(names(whole));
    for (String name : List.of("gradients.jsonl", "events.jsonl", "samples.jsonl")) {
      assertThat(Files.readAllLines(killed.resolve(name)))
          .as(name)
          .isNotEmpty()
          .isEqualTo(Files.readAllLines(whole.resolve(name)));
    }
    assertThat(metrics(killed)).isEqualTo(metrics(whole));
    for (String name : names(whole).stream().filter(SurvivalTest::isExact).toList()) {
      assertThat(killed.resolve(name)).as(name).hasSameBinaryContentAs(whole.resolve(name));
    }
    return whole;
  }

  /** With checkpoints by the clock between those by steps. */
  private static String[] restless(String[] settings) {
    String[] more = Arrays.copyOf(settings, settings.length + 1);
    more[settings.length] = "checkpoint.every=50ms";
    return more;
  }

  /** Steps at which a process is killed, the seed among the messages of a failure. */
  private static List<Integer> targets(int from, int to) {
    long seed = Long.getLong("mocov3.kills.seed", System.nanoTime());
    System.err.println("kills by seed " + seed);
    Random random = new Random(seed);
    return random.ints(KILLS, from, to).sorted().boxed().toList();
  }

  private static boolean isExact(String name) {
    return name.startsWith("capsules/")
        || (name.contains("step-%08d".formatted(STEPS)) && !name.endsWith("manifest.json"));
  }

  private static List<String> names(Path run) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> run.relativize(file).toString())
          .filter(
              name -> !name.startsWith("checkpoints/") || name.contains("%08d".formatted(STEPS)))
          .filter(name -> !name.startsWith("tensorboard/")) // a file for each process
          .sorted()
          .toList();
    }
  }

  /** The lines but for the speed, in the order of their steps: a probe's come when it is done. */
  private static List<String> metrics(Path run) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      ObjectNode object = (ObjectNode) MAPPER.readTree(line);
      object.remove("images_per_second");
      lines.add("%08d %s".formatted(object.path("step").asLong(), object));
    }
    return lines.stream().sorted().toList();
  }

  private static List<String> types(Path run) throws IOException {
    List<String> types = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("events.jsonl"))) {
      JsonNode event = MAPPER.readTree(line);
      types.add(event.path("type").asText());
    }
    return types;
  }
}
