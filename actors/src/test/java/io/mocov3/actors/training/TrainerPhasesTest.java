package io.mocov3.actors.training;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.testkit.typed.javadsl.BehaviorTestKit;
import akka.actor.testkit.typed.javadsl.TestInbox;
import io.mocov3.actors.ActorFailedException;
import io.mocov3.actors.checkpoint.Checkpointer;
import io.mocov3.actors.checkpoint.Checkpointer.Written;
import io.mocov3.actors.control.Caller;
import io.mocov3.actors.control.ControlAnswer;
import io.mocov3.actors.control.ControlRequest;
import io.mocov3.actors.evaluation.Evaluator;
import io.mocov3.actors.evaluation.Evaluator.Evaluated;
import io.mocov3.actors.evaluation.ProbeTickets;
import io.mocov3.actors.events.RecordingLog;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.events.StabilityPolicy.Action;
import io.mocov3.actors.events.StabilityPolicy.Change;
import io.mocov3.actors.session.TrainingSession;
import io.mocov3.actors.stability.StabilityPlan;
import io.mocov3.actors.stability.StabilityPlan.Drill;
import io.mocov3.actors.training.MomentumEncoder.EncodeKeys;
import io.mocov3.actors.training.MomentumEncoder.KeysReady;
import io.mocov3.actors.views.Batch;
import io.mocov3.actors.views.MemoryImages;
import io.mocov3.actors.views.ViewPipeline;
import io.mocov3.augment.batch.BatchBufferPool;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.stability.DipRule;
import io.mocov3.model.stability.SpikeRule;
import io.mocov3.model.step.Pending;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every phase against every message, with a real session and no other actor. */
class TrainerPhasesTest {
  @TempDir private Path directory;
  private final RecordingLog log = new RecordingLog();
  private final TestInbox<Checkpointer.Command> checkpointer = TestInbox.create();
  private final TestInbox<Evaluator.Command> evaluator = TestInbox.create();
  private final TestInbox<TrainerEvent> guardian = TestInbox.create();
  private final TestInbox<Done> stream = TestInbox.create();
  private final TestInbox<ControlAnswer> answers = TestInbox.create();
  private final ExecutorService executor = Executors.newFixedThreadPool(1);
  private BehaviorTestKit<TrainerCommand> trainer;
  private TrainingSession session;
  private ViewPipeline pipeline;
  private BatchBufferPool pool;

  @AfterEach
  void closeSession() {
    executor.close();
    if (session != null) {
      session.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "batch:       stream-started acknowledges, batch trains, stream-ended saves, stream-failed"
            + " saves, keys ignored, written same, probed same, retry saves, pause answers, resume answers, save saves, back refuses, tick same, abandon fails, stop saves",
        "paused: stream-started acknowledges, batch same, stream-ended saves, stream-failed saves, keys ignored, written same, probed same, retry saves, stop saves, pause answers, resume answers, save saves, back refuses, tick same, abandon fails",
        "held: stream-started acknowledges, batch same, stream-ended same, stream-failed saves, keys ignored, written same, probed same, retry saves, stop saves, pause answers, resume trains, save saves, back refuses, tick same, abandon fails",
        "keys:        stream-started acknowledges, batch ignored, stream-ended same, stream-failed"
            + " same, keys acknowledges, written same, probed same, retry same, pause same, resume same, save same, back same, tick same, abandon fails, stop same",
        "last-keys:   stream-started acknowledges, batch ignored, stream-ended same, stream-failed"
            + " same, keys saves, written same, probed same, retry same, pause same, resume same, save same, back same, tick same, abandon fails, stop same",
        "finishing:   stream-started acknowledges, batch same, stream-ended same, stream-failed"
            + " same, keys ignored, written ends, probed same, retry same, pause refuses, resume refuses, save refuses, back refuses, tick same, abandon fails, stop same",
        "interrupted: stream-started acknowledges, batch same, stream-ended same, stream-failed"
            + " same, keys ignored, written ends, probed same, retry same, pause refuses, resume refuses, save refuses, back refuses, tick same, abandon fails, stop same"
      })
  void everyPhaseAnswersEveryMessage(String row) {
    String phase = row.substring(0, row.indexOf(':'));
    List<String> cells = Arrays.asList(row.substring(row.indexOf(':') + 1).split(",", -1));
    assertThat(cells).as("all messages").hasSize(15);

    for (String cell : cells) {
      String[] words = cell.strip().split(" ", 2);
      if (session != null) {
        session.close();
      }
      enter(phase);

      assertThat(answer(message(words[0])))
          .as("the trainer waiting for %s is told %s", phase, words[0])
          .isEqualTo(words[1]);
    }
  }

  @Test
  void aStopDuringTheLastStepIsAStop() {
    open(new TinyTraining(MemoryImages.good(64), 1, 50).probing(1), Optional.of(evaluator));
    trainer.run(message("batch"));
    trainer.run(TrainerCommand.Stop.INSTANCE);
    trainer.run(keys());

    assertThat(evaluator.getAllReceived()).as("its probe").hasSize(1);
    trainer.run(message("written"));

    assertThat(trainer.isAlive()).as("waits for no probe").isFalse();
  }

  @Test
  void whatIsAskedDuringAStepIsAnsweredAfterItInTurn() {
    enter("keys");
    trainer.run(message("pause"));
    trainer.run(message("save"));
    trainer.run(message("resume"));
    assertThat(answers.hasMessages()).isFalse();

    trainer.run(keys());

    assertThat(answers.getAllReceived().stream().map(ControlAnswer::line))
        .containsExactly("paused after step 2", "resumed after step 2");
    assertThat(checkpointer.getAllReceived()).hasSize(1);
    trainer.run(new TrainerCommand.CheckpointWritten(new Written(2, true, "a/step-2")));
    assertThat(answers.receiveMessage().line()).isEqualTo("saved step 2 in a/step-2");
  }

  @Test
  void aCheckpointThatIsDueByItsStepIsNotLeftOutForOneThatSomebodyWanted() {
    open(new TinyTraining(MemoryImages.good(64), 100, 2), Optional.empty());
    step();
    trainer.run(message("save"));
    assertThat(checkpointer.receiveMessage()).isInstanceOf(Checkpointer.Write.class);
    stream.getAllReceived();

    step();
    assertThat(stream.hasMessages()).as("no batch is asked for").isFalse();
    trainer.run(new TrainerCommand.CheckpointWritten(new Written(1, true, "a/step-1")));

    Checkpointer.Write due = (Checkpointer.Write) checkpointer.receiveMessage();
    assertThat(due.state().completedSteps()).isEqualTo(2);
    assertThat(due.scheduled()).isTrue();
    assertThat(stream.getAllReceived()).hasSize(1);
    step();
    assertThat(stream.getAllReceived()).as("one on its way is not waited for").hasSize(1);
  }

  @Test
  void whoAskedIsAnsweredEvenWhenTheSessionEndsFirst() {
    enter("keys");
    trainer.run(message("save"));
    trainer.run(TrainerCommand.Stop.INSTANCE);
    trainer.run(keys());
    trainer.run(new TrainerCommand.CheckpointWritten(new Written(2, false, "the disk is full")));
    trainer.run(message("retry"));
    trainer.run(message("written"));

    assertThat(trainer.isAlive()).isFalse();
    assertThat(answers.receiveMessage()).isInstanceOf(ControlAnswer.Refused.class);
  }

  /** Two steps are made before, or one where the second is under way. */
  private void enter(String phase) {
    boolean incident = phase.equals("interrupted");
    open(
        new TinyTraining(MemoryImages.good(64), 100, incident ? 1 : 50, plan(incident)),
        Optional.empty());
    step();
    switch (phase) {
      case "batch" -> {}
      case "paused" -> trainer.run(message("pause"));
      case "held" -> {
        trainer.run(message("pause"));
        trainer.run(message("batch"));
      }
      case "keys" -> trainer.run(message("batch"));
      case "last-keys" -> {
        trainer.run(message("batch"));
        trainer.run(TrainerCommand.Stop.INSTANCE);
      }
      case "finishing" -> trainer.run(TrainerCommand.Stop.INSTANCE);
      case "interrupted" -> step();
      default -> throw new IllegalArgumentException(phase);
    }
    assertThat(trainer.isAlive()).isTrue();
    checkpointer.getAllReceived();
    guardian.getAllReceived();
    stream.getAllReceived();
    answers.getAllReceived();
    log.warnings.clear();
  }

  private void open(TinyTraining training, Optional<TestInbox<Evaluator.Command>> probes) {
    pipeline = training.pipeline(executor, 1, 4, log);
    pool = pipeline.pool();
    session =
        training.session(
            Optional.empty(), new CheckpointStore(directory, Retention.newest(1)), pipeline, log);
    trainer =
        BehaviorTestKit.create(
            Trainer.create(
                () -> session,
                new Trainer.Peers(
                    checkpointer.getRef(),
                    probes.map(inbox -> new Probing.Peer(inbox.getRef(), new ProbeTickets())),
                    guardian.getRef(),
                    TinyTraining.IMPATIENT),
                (batches, context) -> () -> {}));
  }

  private void step() {
    trainer.run(message("batch"));
    trainer.run(keys());
  }

  private TrainerCommand message(String name) {
    return switch (name) {
      case "stream-started" -> new TrainerCommand.StreamStarted(stream.getRef());
      case "batch" -> new TrainerCommand.TrainBatch(stream.getRef(), batch());
      case "stream-ended" -> new TrainerCommand.StreamEnded();
      case "stream-failed" ->
          new TrainerCommand.StreamFailed(new IllegalStateException("made to fail"));
      case "keys" -> keys();
      case "written" ->
          new TrainerCommand.CheckpointWritten(new Written(session.step(), true, "somewhere"));
      case "probed" -> new TrainerCommand.ProbeDone(new Evaluated(1, List.of(), "made to fail"));
      case "retry" -> TrainerCommand.RetryWrite.INSTANCE;
      case "stop" -> TrainerCommand.Stop.INSTANCE;
      case "pause" -> ask(new ControlRequest.Pause());
      case "resume" -> ask(new ControlRequest.Resume());
      case "save" -> ask(new ControlRequest.Checkpoint());
      case "back" -> ask(new ControlRequest.Rollback(OptionalLong.empty()));
      case "tick" -> TrainerCommand.Tick.INSTANCE;
      case "abandon" -> new TrainerCommand.Abandon("nothing moves");
      default -> throw new IllegalArgumentException(name);
    };
  }

  private TrainerCommand ask(ControlRequest.OfTrainer request) {
    return new TrainerCommand.Ask(request, new Caller(answers.getRef()));
  }

  private Batch batch() {
    long position = session.step();
    return pool.acquire()
        .thenCompose(buffer -> pipeline.fill(new Batch(position, buffer, pool)))
        .toCompletableFuture()
        .join();
  }

  /** Those that were asked for, or others of the step before. */
  private TrainerCommand keys() {
    TestInbox<MomentumEncoder.Command> asked = trainer.childInbox("momentum-encoder");
    if (!asked.hasMessages()) {
      try (TrainingSession other = other()) {
        Pending wanted = other.begin(batch());
        return new TrainerCommand.Keys(new KeysReady(other.model().targetFeatures(wanted)));
      }
    }
    EncodeKeys wanted = (EncodeKeys) asked.receiveMessage();
    return new TrainerCommand.Keys(new KeysReady(session.model().targetFeatures(wanted.step())));
  }

  private TrainingSession other() {
    TinyTraining training = new TinyTraining(MemoryImages.good(64), 100, 50);
    return training.session(
        Optional.empty(),
        new CheckpointStore(directory, Retention.newest(1)),
        pipeline,
        new RecordingLog());
  }

  private String answer(TrainerCommand command) {
    boolean asked = trainer.childInbox("momentum-encoder").hasMessages();
    try {
      trainer.run(command);
    } catch (ActorFailedException e) {
      session = null; // closed by the trainer that failed
      return "fails";
    }
    if (!trainer.isAlive()) {
      return "ends";
    }
    if (log.warnings.stream().anyMatch(line -> line.endsWith("and ignored it"))) {
      return "ignored";
    }
    if (checkpointer.hasMessages()) {
      return "saves";
    }
    if (!asked && trainer.childInbox("momentum-encoder").hasMessages()) {
      return "trains";
    }
    if (answers.hasMessages()) {
      return answers.receiveMessage() instanceof ControlAnswer.Done ? "answers" : "refuses";
    }
    return stream.hasMessages() ? "acknowledges" : "same";
  }

  private static StabilityPlan plan(boolean incident) {
    return new StabilityPlan(
        SpikeRule.DEFAULT,
        DipRule.DEFAULT,
        new StabilityPolicy(
            Action.STOP,
            Set.of(IncidentKind.NON_FINITE),
            5,
            2,
            new StabilityPolicy.Repair(Change.SKIP_DATA, 0.5, 0.1)),
        8,
        0,
        incident ? new Drill("projector", 2, 1, 1e39) : Drill.NONE);
  }
}
