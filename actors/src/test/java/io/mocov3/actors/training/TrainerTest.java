package io.mocov3.actors.training;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.DispatcherSelector;
import io.mocov3.actors.Dispatchers;
import io.mocov3.actors.checkpoint.Checkpointer;
import io.mocov3.actors.checkpoint.Checkpointer.Write;
import io.mocov3.actors.checkpoint.Checkpointer.Written;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.RecordingLog;
import io.mocov3.actors.events.Timing;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.actors.views.MemoryImages;
import io.mocov3.metrics.TrainingMetrics.Stage;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.device.Threads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static ActorTestKit actors;

  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final TestProbe<Checkpointer.Command> checkpointer = actors.createTestProbe();
  private final TestProbe<TrainerEvent> guardian = actors.createTestProbe();

  @TempDir private Path directory;

  @BeforeAll
  static void startActors() {
    Threads.configure(2);
    actors = ActorTestKit.create();
  }

  @AfterAll
  static void stopActors() {
    actors.shutdownTestKit();
  }

  @AfterEach
  void stopWorkers() {
    executor.close();
  }

  @Test
  void aStopDuringAStepIsSavedAfterItWhenTheKeyEncoderIsAtRest() throws Exception {
    HoldsThirdStep log = new HoldsThirdStep();
    ActorRef<TrainerCommand> trainer = start(log, 1);
    Write first = nextWrite();
    assertThat(log.reached.await(30, TimeUnit.SECONDS)).isTrue();

    trainer.tell(TrainerCommand.Stop.INSTANCE);
    first.replyTo().tell(new Written(1, true, "somewhere"));
    log.released.countDown();

    Write last = nextWrite();
    assertThat(last.state().completedSteps()).isEqualTo(3);
    last.replyTo().tell(new Written(3, true, "somewhere"));
    guardian.expectMessage(PATIENCE, new TrainerEvent.Started(0, false));
    guardian.expectMessage(PATIENCE, new TrainerEvent.Finished(3, true));
    checkpointer.expectNoMessage(Duration.ofMillis(50));
  }

  @Test
  void aCheckpointThatFailedIsWrittenLongBeforeTheNextOneIsDue() {
    RecordingLog log =
        new RecordingLog() {
          @Override
          public void step(Progress.StepCompleted step) {
            super.step(step);
            if (step.step() == 25) {
              pause(Duration.ofMillis(1500));
            }
          }
        };
    start(log, 20);

    nextWrite().replyTo().tell(new Written(20, false, "somewhere"));

    assertThat(nextWrite().state().completedSteps()).isBetween(21L, 39L);
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ActorRef<TrainerCommand> start(RecordingLog log, long checkpointEvery) {
    TinyTraining training = new TinyTraining(MemoryImages.good(64), 1000, checkpointEvery);
    CheckpointStore store = new CheckpointStore(directory, Retention.newest(1));
    return actors.spawn(
        Trainer.create(
            () ->
                training.session(
                    Optional.empty(), store, training.pipeline(executor, 2, 2, log), log),
            new Trainer.Peers(
                checkpointer.ref(), Optional.empty(), guardian.ref(), TinyTraining.IMPATIENT)),
        DispatcherSelector.fromConfig(Dispatchers.TRAINING));
  }

  private Write nextWrite() {
    return checkpointer.expectMessageClass(Write.class, PATIENCE);
  }

  /** Holds the trainer in the third step, before the keys are asked for. */
  private static final class HoldsThirdStep extends RecordingLog {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger uploads = new AtomicInteger();

    @Override
    public void on(TrainingEvent event) {
      super.on(event);
      if (event instanceof Timing.StageTimed timed
          && timed.stage() == Stage.UPLOAD
          && uploads.incrementAndGet() == 3) {
        reached.countDown();
        try {
          assertThat(released.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
