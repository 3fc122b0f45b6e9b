package io.mocov3.actors.guardian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.mocov3.actors.Patience;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.RecordingLog;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.training.TinyTraining;
import io.mocov3.actors.training.TinyTraining.Running;
import io.mocov3.actors.views.MemoryImages;
import io.mocov3.actors.views.VanishingImages;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.device.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingGuardianTest {
  private static final Patience PATIENT =
      new Patience(Duration.ofMinutes(10), Duration.ofMinutes(1), Duration.ofMinutes(10));

  private static ActorTestKit actors;

  private final ExecutorService executor = Executors.newFixedThreadPool(2);

  @TempDir private Path directory;
  private CheckpointStore store;

  @BeforeAll
  static void startActors() {
    Threads.configure(2);
    actors = ActorTestKit.create();
  }

  @AfterAll
  static void stopActors() {
    actors.shutdownTestKit();
  }

  @BeforeEach
  void openStore() {
    store = new CheckpointStore(directory, Retention.newest(2));
  }

  @AfterEach
  void stopWorkers() {
    executor.close();
  }

  @Test
  void aTrainerThatFailsIsRebuiltFromTheNewestCheckpointAndTrainsToTheSameBits() throws Exception {
    TinyTraining training = training(10, 4);
    RecordingLog expected = new RecordingLog();
    training.runSequentially(expected);
    RecordingLog log = new FailsOnceAfterCheckpoint(6);

    TrainingOutcome outcome = outcome(start(training, log));

    assertThat(outcome).isEqualTo(new TrainingOutcome.Completed(10));
    assertThat(log.starts).containsExactly(0L, 4L);
    assertThat(log.lossBits).isEqualTo(expected.lossBits);
    assertThat(log.warnings)
        .containsExactly(
            "the trainer failed (made to fail); going on from the newest checkpoint, attempt 2 of"
                + " 3");
    assertThat(log.failedActors()).containsExactly("trainer");
  }

  @Test
  void aTrainerThatFailsThreeTimesFailsTheTraining() throws Exception {
    RecordingLog log =
        new RecordingLog() {
          @Override
          public void step(Progress.StepCompleted step) {
            throw new IllegalStateException("made to fail");
          }
        };

    TrainingOutcome outcome = outcome(start(training(10, 0), log));

    assertThat(outcome)
        .isEqualTo(new TrainingOutcome.Failed("training failed 3 times, last: made to fail"));
    assertThat(log.starts).containsExactly(0L, 0L, 0L);
    assertThat(log.failedActors()).containsExactly("trainer", "trainer", "trainer");
  }

  @Test
  void failuresWithProgressBetweenThemDoNotAddUp() throws Exception {
    RecordingLog log = new FailsOnceAfterCheckpoint(6, 10, 14, 18);

    TrainingOutcome outcome = outcome(start(training(20, 4), log));

    assertThat(outcome).isEqualTo(new TrainingOutcome.Completed(20));
    assertThat(log.starts).containsExactly(0L, 4L, 8L, 12L, 16L);
    assertThat(log.warnings).hasSize(4).allMatch(line -> line.endsWith("attempt 2 of 3"));
  }

  @Test
  void aFailureWithoutAMessageSaysWhatItWas() throws Exception {
    RecordingLog log =
        new RecordingLog() {
          @Override
          public void step(Progress.StepCompleted step) {
            throw new ArrayIndexOutOfBoundsException();
          }
        };

    TrainingOutcome outcome = outcome(start(training(10, 0), log));

    assertThat(outcome)
        .isEqualTo(
            new TrainingOutcome.Failed(
                "training failed 3 times, last: ArrayIndexOutOfBoundsException"));
  }

  @Test
  void aStopBetweenTwoAttemptsEndsAtOnceWithWhatIsSaved() throws Exception {
    RecordingLog log = new FailsOnceAfterCheckpoint(6);
    Running running = start(training(10, 4), log);
    await().until(() -> !log.warnings.isEmpty());

    running.guardian().tell(GuardianCommand.Stop.INSTANCE);

    assertThat(outcome(running)).isEqualTo(new TrainingOutcome.Interrupted(4, true));
    assertThat(log.starts).hasSize(1);
  }

  @Test
  void memoryThatRunsOutEndsTheTrainingAtOnceInOneLine() throws Exception {
    RecordingLog log =
        new RecordingLog() {
          @Override
          public void step(Progress.StepCompleted step) {
            throw new OutOfMemoryError("Cannot reserve 9437184 bytes of direct buffer memory");
          }
        };

    TrainingOutcome outcome = outcome(start(training(10, 0), log));

    assertThat(outcome)
        .isEqualTo(
            new TrainingOutcome.Failed(
                "out of memory (Cannot reserve 9437184 bytes of direct buffer memory); lower"
                    + " data.batch-size or take a smaller model, doctor forecasts what is needed"));
    assertThat(log.starts).containsExactly(0L);
  }

  @Test
  void soDoesNativeMemory() throws Exception {
    RecordingLog log =
        new RecordingLog() {
          @Override
          public void started(long step) {
            super.started(step);
            throw new RuntimeException(
                "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate"
                    + " memory: you tried to allocate 9 bytes.\nframe #0: c10");
          }
        };

    TrainingOutcome outcome = outcome(start(training(10, 0), log));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            TrainingOutcome.Failed.class,
            failed ->
                assertThat(failed.reason())
                    .startsWith("out of memory")
                    .contains("data.batch-size")
                    .hasLineCount(1));
    assertThat(log.starts).containsExactly(0L);
  }

  @Test
  void aSessionThatCannotBeOpenedFailsTheTraining() throws Exception {
    RecordingLog log =
        new RecordingLog() {
          @Override
          public void started(long step) {
            throw new IllegalStateException("made to fail");
          }
        };

    TrainingOutcome outcome = outcome(start(training(10, 0), log));

    assertThat(outcome)
        .isEqualTo(new TrainingOutcome.Failed("training failed 3 times, last: made to fail"));
  }

  @Test
  void aStopSavesTheStepThatItEndsWith() throws Exception {
    CountDownLatch fifthStep = new CountDownLatch(5);
    RecordingLog log =
        new RecordingLog() {
          @Override
          public void step(Progress.StepCompleted step) {
            super.step(step);
            fifthStep.countDown();
          }
        };
    Running running = start(training(1_000_000, 0), log);
    assertThat(fifthStep.await(30, TimeUnit.SECONDS)).isTrue();

    running.guardian().tell(GuardianCommand.Stop.INSTANCE);

    long step = log.lossBits.size();
    assertThat(outcome(running))
        .isInstanceOfSatisfying(
            TrainingOutcome.Interrupted.class,
            interrupted -> {
              assertThat(interrupted.saved()).isTrue();
              assertThat(interrupted.step()).isBetween(step, (long) log.lossBits.size());
              assertThat(store.newestValid(log::warning).map(Checkpoint::step))
                  .contains(interrupted.step());
            });
  }

  @Test
  void aStopThatCannotSaveSaysSo() throws Exception {
    RecordingLog log =
        new RecordingLog() {
          @Override
          public void step(Progress.StepCompleted step) {
            super.step(step);
            if (step.step() == 3) {
              replaceByFile(directory);
            }
          }
        };
    Running running = start(training(1_000_000, 3), log);

    await().until(() -> !log.warnings.isEmpty());
    running.guardian().tell(GuardianCommand.Stop.INSTANCE);

    assertThat(outcome(running))
        .isInstanceOfSatisfying(
            TrainingOutcome.Interrupted.class,
            interrupted -> assertThat(interrupted.saved()).isFalse());
  }

  @Test
  void aTrainingWhoseLastCheckpointCannotBeWrittenHasFailed() throws Exception {
    RecordingLog log =
        new RecordingLog() {
          @Override
          public void step(Progress.StepCompleted step) {
            super.step(step);
            if (step.step() == 3) {
              replaceByFile(directory);
            }
          }
        };

    TrainingOutcome outcome = outcome(start(training(3, 0), log));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            TrainingOutcome.Failed.class,
            failed ->
                assertThat(failed.reason())
                    .startsWith("the last checkpoint could not be written within 0 s"));
  }

  @Test
  void aLastCheckpointThatFailedIsTriedAgain() throws Exception {
    RecordingLog log =
        new RecordingLog() {
          @Override
          public void step(Progress.StepCompleted step) {
            super.step(step);
            if (step.step() == 3) {
              replaceByFile(directory);
            }
          }

          @Override
          public void warning(String line) {
            super.warning(line);
            replaceByDirectory(directory);
          }
        };

    TrainingOutcome outcome = outcome(start(training(3, 0).with(PATIENT), log));

    assertThat(outcome).isEqualTo(new TrainingOutcome.Completed(3));
    assertThat(log.warnings).hasSize(1);
    assertThat(log.of(SideWork.CheckpointFailed.class)).hasSize(1);
    assertThat(log.checkpoints).containsExactly(3L);
  }

  @Test
  void imagesThatVanishAndComeBackChangeNoBit() throws Exception {
    VanishingImages images = new VanishingImages();
    TinyTraining training = new TinyTraining(images, 20, 0).with(PATIENT);
    RecordingLog expected = new RecordingLog();
    training.runSequentially(expected);
    RecordingLog log =
        new RecordingLog() {
          @Override
          public void step(Progress.StepCompleted step) {
            super.step(step);
            images.gone = starts.size() == 1 && step.step() >= 5;
          }

          @Override
          public void warning(String line) {
            super.warning(line);
            images.gone = false;
          }
        };

    TrainingOutcome outcome = outcome(start(training, log));

    assertThat(outcome).isEqualTo(new TrainingOutcome.Completed(20));
    assertThat(log.lossBits).hasSize(20).isEqualTo(expected.lossBits);
    assertThat(log.samples).isEqualTo(expected.samples);
    assertThat(log.starts).hasSize(2).last().isEqualTo(log.checkpoints.getFirst());
    assertThat(log.warnings).hasSize(2);
    assertThat(log.warnings.getFirst())
        .matches("the disk is gone; waiting after step \\d+, which is saved, for up to 10 min");
    assertThat(log.warnings.getLast()).startsWith("the images are back; went on after ");
    assertThat(log.of(SideWork.DataLost.class)).hasSize(1);
    assertThat(log.of(SideWork.DataFound.class)).hasSize(1);
  }

  @Test
  void imagesThatStayAwayEndTheTrainingWithACheckpoint() throws Exception {
    RecordingLog log = new RecordingLog();

    TrainingOutcome outcome = outcome(start(new TinyTraining(goneAfter(5, log), 20, 0), log));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            TrainingOutcome.DataGone.class,
            gone -> {
              assertThat(gone.saved()).isTrue();
              assertThat(gone.reason()).isEqualTo("the disk is gone");
              assertThat(log.checkpoints).containsExactly(gone.step());
            });
  }

  @Test
  void aStopDuringTheWaitForImagesEndsAtOnce() throws Exception {
    RecordingLog log = new RecordingLog();
    Running running = start(new TinyTraining(goneAfter(5, log), 20, 0).with(PATIENT), log);
    await().until(() -> !log.warnings.isEmpty());

    running.guardian().tell(GuardianCommand.Stop.INSTANCE);

    assertThat(outcome(running))
        .isEqualTo(new TrainingOutcome.Interrupted(log.checkpoints.getFirst(), true));
  }

  @Test
  void imagesThatAreUnreadableForGoodEndTheTrainingWithACheckpoint() throws Exception {
    VanishingImages images = new VanishingImages();
    RecordingLog log =
        new RecordingLog() {
          @Override
          public void step(Progress.StepCompleted step) {
            super.step(step);
            images.broken = step.step() >= 5;
          }
        };

    TrainingOutcome outcome = outcome(start(new TinyTraining(images, 1000, 0), log));

    assertThat(outcome).isInstanceOf(TrainingOutcome.Failed.class);
    assertThat(log.checkpoints).containsExactly((long) log.lossBits.size());
  }

  /** Gone as soon as so many steps are in the log. */
  private static VanishingImages goneAfter(int steps, RecordingLog log) {
    return new VanishingImages() {
      @Override
      public void requireAvailable() {
        gone = log.lossBits.size() >= steps;
        super.requireAvailable();
      }
    };
  }

  @Test
  void dataThatCannotBeDecodedFailsTheTrainingWithItsReason() throws Exception {
    Set<Integer> all = IntStream.range(0, 64).boxed().collect(Collectors.toSet());
    TinyTraining training = new TinyTraining(new MemoryImages(64, all), 10, 0);

    TrainingOutcome outcome = outcome(start(training, new RecordingLog()));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            TrainingOutcome.Failed.class,
            failed ->
                assertThat(failed.reason())
                    .matches(
                        "sample image-\\d+ and 16 replacements are undecodable; check the data"
                            + " set"));
  }

  private Running start(TinyTraining training, RecordingLog log) {
    return training.start(actors, store, executor, 2, log);
  }

  private static TinyTraining training(long steps, long checkpointEvery) {
    return new TinyTraining(MemoryImages.good(64), steps, checkpointEvery);
  }

  private static TrainingOutcome outcome(Running running) throws Exception {
    return running.outcome().get(30, TimeUnit.SECONDS);
  }

  private static void replaceByDirectory(Path file) {
    try {
      Files.delete(file);
      Files.createDirectory(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Where nobody can make a directory, not even root. */
  private static void replaceByFile(Path directory) {
    try {
      Files.delete(directory);
      Files.createFile(directory);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Throws after these steps, once each, when the checkpoint two steps before is on disk. */
  private static final class FailsOnceAfterCheckpoint extends RecordingLog {
    private final Set<Long> failing = ConcurrentHashMap.newKeySet();

    FailsOnceAfterCheckpoint(long... steps) {
      Arrays.stream(steps).forEach(failing::add);
    }

    @Override
    public void step(Progress.StepCompleted step) {
      super.step(step);
      if (failing.remove(step.step())) {
        await().until(() -> checkpoints.contains(step.step() - 2));
        throw new IllegalStateException("made to fail");
      }
    }
  }
}
