package io.mocov3.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is killed, and whenever, the run decides and writes what it would have undisturbed. */
class SurvivalTest {
  private static final int KILLS = Integer.getInteger("mocov3.kills", 4);
  private static final int STEPS = 280;

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

    assertThat(RunRecord.types(whole)).contains("spike_began", "spike", "dip");
  }

  @Test
  void soDoesARunThatGoesBackToACheckpoint() throws Exception {
    Path whole = killedOverAndOver(120, 180, REPAIRED);

    assertThat(RunRecord.types(whole)).contains("not_finite", "rolled_back");
    assertThat(RunRecord.names(whole, STEPS)).anyMatch(name -> name.startsWith("undone/"));
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
    RunRecord.assertSame(killed, whole, STEPS);
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
}
