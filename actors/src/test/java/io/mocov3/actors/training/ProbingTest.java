package io.mocov3.actors.training;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import io.mocov3.actors.evaluation.Evaluator;
import io.mocov3.actors.evaluation.Evaluator.Evaluate;
import io.mocov3.actors.evaluation.Evaluator.Evaluated;
import io.mocov3.actors.evaluation.ProbeTickets;
import io.mocov3.actors.events.RecordingLog;
import io.mocov3.actors.session.SequentialTraining;
import io.mocov3.actors.session.SessionOrigin;
import io.mocov3.actors.session.TrainingSession;
import io.mocov3.actors.views.MemoryImages;
import io.mocov3.actors.views.ViewPipeline;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.step.TrainingState;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbingTest {
  private final RecordingLog log = new RecordingLog();
  private final TestInbox<Evaluator.Command> evaluator = TestInbox.create();
  private final TestInbox<Evaluated> trainer = TestInbox.create();
  private final ExecutorService executor = Executors.newFixedThreadPool(1);
  private final TinyTraining training = new TinyTraining(MemoryImages.good(64), 9, 4).probing(2);

  @TempDir private Path directory;
  private CheckpointStore store;
  private ViewPipeline pipeline;

  @BeforeEach
  void open() {
    store = new CheckpointStore(directory, Retention.newest(3));
    pipeline = training.pipeline(executor, 1, 2, log);
  }

  @AfterEach
  void stopWorkers() {
    executor.close();
  }

  @Test
  void aProbeThatIsLeftOutIsToldOfAndTheLastOneIsMadeUpFor() {
    try (TrainingSession session =
        training.session(SessionOrigin.of(Optional.empty()), pipeline, log)) {
      Probing probing =
          new Probing(
              session,
              Optional.of(new Probing.Peer(evaluator.getRef(), new ProbeTickets())),
              trainer.getRef());
      SequentialTraining.run(session, pipeline, 2);
      probing.runIf(session.probeDue());
      SequentialTraining.run(session, pipeline, 4);
      probing.runIf(session.probeDue());
      SequentialTraining.run(session, pipeline, 9);
      probing.runIf(session.probeDue());

      assertThat(asked()).containsExactly(2L);
      assertThat(log.warnings)
          .containsExactly(
              "no kNN probe of step 4: the one of step 2 still runs; raise"
                  + " evaluation.knn.every-steps");
      probing.done(new Evaluated(2, List.of(), "made to fail"));
      probing.runIf(session.isComplete() && session.probeMissing());

      assertThat(asked()).containsExactly(9L);
    }
  }

  @Test
  void aProbeThatWasLostWithItsProcessIsMadeWhenTrainingGoesOn() {
    try (TrainingSession first =
        training.session(SessionOrigin.of(Optional.empty()), pipeline, log)) {
      SequentialTraining.run(first, pipeline, 4);
      try (TrainingState.Staged staged = first.stage()) {
        store.write(4, staged.data(true));
      }
    }
    Optional<Checkpoint> checkpoint = store.newestValid(line -> {});

    assertThat(firstProbes(SessionOrigin.of(checkpoint).with(past(step -> false))))
        .containsExactly(4L);
    assertThat(firstProbes(SessionOrigin.of(checkpoint).with(past(step -> step == 4)))).isEmpty();
    assertThat(firstProbes(SessionOrigin.of(Optional.empty()).with(past(step -> false))))
        .containsExactly(0L);
  }

  private static SessionOrigin.Past past(LongPredicate probed) {
    return new SessionOrigin.Past() {
      @Override
      public boolean hasProbe(long step) {
        return probed.test(step);
      }

      @Override
      public Optional<String> obstacleBefore(long onset) {
        return Optional.empty();
      }
    };
  }

  private List<Long> firstProbes(SessionOrigin origin) {
    try (TrainingSession session = training.session(origin, pipeline, log)) {
      new Probing(
              session,
              Optional.of(new Probing.Peer(evaluator.getRef(), new ProbeTickets())),
              trainer.getRef())
          .runIf(session.firstProbeDue());
      return asked();
    }
  }

  private List<Long> asked() {
    return evaluator.getAllReceived().stream()
        .map(Evaluate.class::cast)
        .map(
            evaluate -> {
              evaluate.encoder().close();
              return evaluate.ticket().step();
            })
        .toList();
  }
}
