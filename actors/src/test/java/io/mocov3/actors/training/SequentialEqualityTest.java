package io.mocov3.actors.training;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.mocov3.actors.events.RecordingLog;
import io.mocov3.actors.guardian.TrainingOutcome;
import io.mocov3.actors.views.MemoryImages;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.device.Threads;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequentialEqualityTest {
  private static final long STEPS = 20;
  private static final RecordingLog EXPECTED = new RecordingLog();

  private static ActorTestKit actors;

  @TempDir private Path directory;

  @BeforeAll
  static void trainSequentially() {
    Threads.configure(2);
    actors = ActorTestKit.create();
    training(STEPS, 0).runSequentially(EXPECTED);
  }

  @AfterAll
  static void stopActors() {
    actors.shutdownTestKit();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void actorsTrainToTheSameBitsAsAPlainLoopWhateverTheWorkers(int workers) throws Exception {
    RecordingLog log = new RecordingLog();

    TrainingOutcome outcome = train(training(STEPS, 0), workers, log);

    assertThat(outcome).isEqualTo(new TrainingOutcome.Completed(STEPS));
    assertThat(log.lossBits).hasSize((int) STEPS).isEqualTo(EXPECTED.lossBits);
    assertThat(log.samples).isEqualTo(EXPECTED.samples);
  }

  @Test
  void aResumedTrainingGoesOnWithTheSameBits() throws Exception {
    RecordingLog first = new RecordingLog();
    RecordingLog second = new RecordingLog();

    train(training(10, 10), 2, first);
    TrainingOutcome outcome = train(training(STEPS, 10), 2, second);

    assertThat(outcome).isEqualTo(new TrainingOutcome.Completed(STEPS));
    assertThat(first.checkpoints).containsExactly(10L);
    assertThat(second.starts).containsExactly(10L);
    assertThat(second.lossBits).hasSize(10);
    assertThat(EXPECTED.lossBits).containsAllEntriesOf(first.lossBits);
    assertThat(EXPECTED.lossBits).containsAllEntriesOf(second.lossBits);
    assertThat(EXPECTED.samples).containsAllEntriesOf(second.samples);
  }

  private static TinyTraining training(long steps, long checkpointEvery) {
    return new TinyTraining(MemoryImages.good(64), steps, checkpointEvery);
  }

  private TrainingOutcome train(TinyTraining training, int workers, RecordingLog log)
      throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(workers)) {
      return training
          .start(
              actors, new CheckpointStore(directory, Retention.newest(2)), executor, workers, log)
          .outcome()
          .get(30, TimeUnit.SECONDS);
    }
  }
}
