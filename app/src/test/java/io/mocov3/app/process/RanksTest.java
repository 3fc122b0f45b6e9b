package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One training by several processes: what {@code mocov3 launch} starts. */
class RanksTest {
  private static final int KILLS = Integer.getInteger("mocov3.rank-kills", 1);
  private static final int RANKS = Integer.getInteger("mocov3.ranks", 2);
  private static final int STEPS = 80;

  /** A spike, a live probe at every fifth step, and checkpoints to go on from. */
  private static final String[] EVENTFUL = {
    "run.steps=" + STEPS,
    "checkpoint.every-steps=15",
    "evaluation.knn.every-steps=40",
    "evaluation.live.every-steps=5",
    "evaluation.live.k=[5]",
    "evaluation.live.images=60",
    "stability.spikes.window=20",
    "stability.spikes.warm-up-steps=15",
    "stability.spikes.lag-steps=10",
    "stability.drill.step=40",
    "stability.drill.factor=1e6"
  };

  private static final Duration ALL_GONE = Duration.ofSeconds(30);
  private static final int INTERRUPTED = 75;

  @TempDir private static Path shared;
  @TempDir private Path folder;

  @BeforeAll
  static void makeImages() {
    TinyRun.makeImages(shared);
  }

  @Test
  void seeWhatOneSeesAndComputeWhatItComputes() throws Exception {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    String[] settings = {"run.steps=30", "evaluation.live.every-steps=5", "evaluation.live.k=[5]"};
    Path errors = folder.resolve("errors.txt");
    Mocov3Process alone = Mocov3Process.run(errors, TinyRun.train(shared, one, settings));
    assertThat(alone.exitCode()).as(alone.errors()).isZero();

    Mocov3Process together = Mocov3Process.run(errors, launch(2, two, settings));

    assertThat(together.exitCode()).as(together.errors()).isZero();
    assertThat(together.errors()).contains("[rank 0] training 30 steps").contains("[rank 1] ");
    assertThat(TinyRun.samples(two)).hasSize(30).isEqualTo(TinyRun.samples(one));
    List<Double> losses = losses(two);
    List<Double> expected = losses(one);
    assertThat(losses).hasSameSizeAs(expected);
    for (int i = 0; i < 20; i++) {
      assertThat(losses.get(i)).isCloseTo(expected.get(i), within(1e-4));
    }
  }

  @Test
  void whicheverIsKilledTheGroupWritesWhatTheUndisturbedOneWrites() throws Exception {
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");
    Path errors = folder.resolve("errors.txt");
    Mocov3Process undisturbed = Mocov3Process.run(errors, launch(RANKS, whole, EVENTFUL));
    assertThat(undisturbed.exitCode()).as(undisturbed.errors()).isZero();
    long seed = Long.getLong("mocov3.kills.seed", System.nanoTime());
    System.err.println("kills by seed " + seed);
    Random random = new Random(seed);
    List<Integer> targets = random.ints(KILLS, 1, STEPS - 10).sorted().boxed().toList();

    for (int target : targets) {
      Mocov3Process group = Mocov3Process.start(errors, launch(RANKS, killed, EVENTFUL));
      while (TinyRun.losses(killed).size() < target && group.isAlive()) {
        Thread.sleep(1);
      }
      List<ProcessHandle> ranks = group.children();
      assertThat(ranks).as(group.errors()).hasSize(RANKS);
      ranks.get(random.nextInt(RANKS)).destroyForcibly();
      long killedAt = System.nanoTime();
      assertThat(group.exitCode()).as(group.errors()).isEqualTo(INTERRUPTED);
      assertThat(Duration.ofNanos(System.nanoTime() - killedAt)).isLessThan(ALL_GONE);
      assertThat(ranks).noneMatch(ProcessHandle::isAlive);
    }
    Mocov3Process last = Mocov3Process.run(errors, launch(RANKS, killed, EVENTFUL));

    assertThat(last.exitCode()).as(last.errors()).isZero();
    RunRecord.assertSame(killed, whole, STEPS);
    assertThat(RunRecord.types(whole)).contains("spike_began", "spike");
  }

  @Test
  void oneThatIsAskedToStopStopsAllAndAnotherNumberGoesOn() throws Exception {
    Path whole = folder.resolve("whole");
    Path run = folder.resolve("run");
    Path errors = folder.resolve("errors.txt");
    Mocov3Process.run(errors, TinyRun.train(shared, whole, "run.steps=30"));
    Mocov3Process group = Mocov3Process.start(errors, launch(2, run, "run.steps=30"));
    while (TinyRun.losses(run).size() < 7 && group.isAlive()) {
      Thread.sleep(1);
    }

    group.children().getLast().destroy();

    assertThat(group.exitCode()).as(group.errors()).isEqualTo(INTERRUPTED);
    assertThat(group.errors()).containsPattern("interrupted after step \\d+, saved");
    Mocov3Process four = Mocov3Process.run(errors, launch(4, run, "run.steps=30"));
    assertThat(four.exitCode()).as(four.errors()).isZero();
    assertThat(TinyRun.samples(run)).isEqualTo(TinyRun.samples(whole));
  }

  @Test
  void aBatchThatCannotBeCutIsRefusedInOneLine() throws Exception {
    Mocov3Process refused =
        Mocov3Process.run(folder.resolve("errors.txt"), launch(3, folder.resolve("run")));

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(TinyRun.message(refused))
        .isEqualTo(
            "mocov3: data.batch-size is 16; with 3 ranks it must be a multiple of that, and at"
                + " least 6");
  }

  private static List<String> launch(int ranks, Path run, String... settings) throws IOException {
    List<String> arguments = new ArrayList<>(TinyRun.train(shared, run, settings));
    arguments.set(0, "launch");
    arguments.addAll(1, List.of("-n", Integer.toString(ranks)));
    return arguments;
  }

  private static List<Double> losses(Path run) throws IOException {
    return TinyRun.losses(run).stream()
        .map(line -> Double.valueOf(line.replaceFirst(".*: ", "")))
        .toList();
  }
}
