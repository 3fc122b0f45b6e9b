package io.mocov3.actors.stability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.mocov3.actors.events.Adjustments;
import io.mocov3.actors.events.Capsule;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.RecordingLog;
import io.mocov3.actors.events.StabilityEvent.NotFinite;
import io.mocov3.actors.events.StabilityEvent.RolledBack;
import io.mocov3.actors.events.StabilityEvent.SpikeBegan;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.events.StabilityPolicy.Action;
import io.mocov3.actors.events.StabilityPolicy.Change;
import io.mocov3.actors.guardian.GuardianCommand;
import io.mocov3.actors.guardian.TrainingOutcome;
import io.mocov3.actors.session.TrainingSession;
import io.mocov3.actors.stability.StabilityPlan.Drill;
import io.mocov3.actors.training.TinyTraining;
import io.mocov3.actors.training.TinyTraining.Running;
import io.mocov3.actors.views.MemoryImages;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.checkpoint.Retention;
import io.mocov3.model.device.Threads;
import io.mocov3.model.safetensors.SafetensorsFile;
import io.mocov3.model.stability.DipRule;
import io.mocov3.model.stability.SpikeRule;
import io.mocov3.model.step.TrainingStep;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fire drills under every policy, with the real actors and real checkpoints. */
class StabilityTest {
  private static final long STEPS = 120;
  private static final double INFINITE = 1e39;
  private static ActorTestKit actors;

  @TempDir private Path directory;
  private final RecordingLog log = new RecordingLog();
  private final List<TrainingStep> models = new ArrayList<>();
  private final AtomicInteger modelsAtOnce = new AtomicInteger();

  @BeforeAll
  static void startActors() {
    Threads.configure(2);
    actors = ActorTestKit.create();
  }

  @AfterAll
  static void stopActors() {
    actors.shutdownTestKit();
  }

  @Test
  void observingReportsASpikeWhereItIsAndChangesNothing() throws Exception {
    TrainingOutcome outcome =
        train(Action.OBSERVE, Change.SKIP_DATA, new Drill("block_00", 90, 1, 50), 20);

    assertThat(outcome).isEqualTo(new TrainingOutcome.Completed(STEPS));
    assertThat(spikes()).extracting(SpikeBegan::step).containsExactly(90L);
    assertThat(spikes().getFirst().spike().firstLayer()).isEqualTo("block_00");
    assertThat(log.skipped()).isEmpty();
    assertThat(log.capsules).singleElement().satisfies(c -> assertThat(c.step()).isEqualTo(90));
    Capsule capsule = log.capsules.getFirst();
    assertThat(capsule.reason()).isEqualTo("spike");
    assertThat(capsule.entries())
        .hasSize(64)
        .last()
        .satisfies(
            last -> {
              assertThat(last.samples()).isEqualTo(log.samples.get(90L));
              assertThat(last.gradients()).isEqualTo(log.gradients.get(90L));
            });
  }

  @ParameterizedTest
  @EnumSource(Action.class)
  void whatIsNotFiniteNeverReachesTheWeights(Action action) throws Exception {
    train(action, Change.SKIP_DATA, new Drill("projector", 55, 2, INFINITE), 10);

    assertThat(log.events).anyMatch(event -> event instanceof NotFinite);
    assertThat(log.skipped()).isNotEmpty().containsOnly(IncidentKind.NON_FINITE);
    List<Checkpoint> checkpoints = new CheckpointStore(directory, Retention.newest(9)).list();
    assertThat(checkpoints).isNotEmpty();
    for (Checkpoint checkpoint : checkpoints) {
      try (SafetensorsFile weights = checkpoint.model();
          SafetensorsFile moments = checkpoint.optimizer()) {
        assertThat(allFinite(weights)).as(checkpoint.path() + " weights").isTrue();
        assertThat(allFinite(moments)).as(checkpoint.path() + " moments").isTrue();
      }
    }
  }

  @Test
  void aSkippedStepIsAsIfItHadNotBeen() throws Exception {
    TrainingOutcome outcome =
        train(Action.SKIP, Change.SKIP_DATA, new Drill("block_00", 90, 1, 50), 20);

    assertThat(outcome).isEqualTo(new TrainingOutcome.Completed(STEPS));
    assertThat(log.skipped()).containsExactly(IncidentKind.SPIKE);
    Checkpoint last = new CheckpointStore(directory, Retention.newest(9)).list().getLast();
    assertThat(last.trainer())
        .containsEntry("completed_steps", STEPS)
        .containsEntry("updates", 119L);
  }

  @Test
  void stoppingEndsTrainingWithTheReason() throws Exception {
    TrainingOutcome outcome =
        train(Action.STOP, Change.SKIP_DATA, new Drill("projector", 55, 1, INFINITE), 50);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            TrainingOutcome.Failed.class,
            failed -> assertThat(failed.reason()).contains("step 55 is not finite"));
    assertThat(new CheckpointStore(directory, Retention.newest(9)).list().getLast().step())
        .isEqualTo(50);
  }

  @Test
  void aStopDuringAnIncidentSaysThatTheStepsSinceTheCheckpointAreNotSaved() throws Exception {
    AtomicReference<Running> running = new AtomicReference<>();
    RecordingLog stopping =
        new RecordingLog() {
          @Override
          public void step(Progress.StepCompleted step) {
            super.step(step);
            if (step.step() == 55) {
              await().until(() -> running.get() != null);
              running.get().guardian().tell(GuardianCommand.Stop.INSTANCE);
            }
          }
        };

    StabilityPlan plan =
        plan(
            Action.ROLLBACK,
            Change.SKIP_DATA,
            new Drill("projector", 55, 1, INFINITE),
            EnumSet.of(IncidentKind.NON_FINITE));
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      running.set(
          new TinyTraining(MemoryImages.good(64), STEPS, 10, plan)
              .start(
                  actors,
                  new CheckpointStore(directory, Retention.newest(9)),
                  executor,
                  2,
                  stopping));
      TrainingOutcome outcome = running.get().outcome().get(60, TimeUnit.SECONDS);

      assertThat(outcome).isEqualTo(new TrainingOutcome.Interrupted(55, false));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Change.class,
      names = {"SKIP_DATA", "LEARNING_RATE"})
  void aRollbackGoesBackChangesOneThingAndFinishes(Change change) throws Exception {
    TrainingOutcome outcome =
        train(Action.ROLLBACK, change, new Drill("projector", 55, 1, INFINITE), 50);

    assertThat(outcome).isEqualTo(new TrainingOutcome.Completed(STEPS));
    assertThat(log.rollbacks()).containsExactly(IncidentKind.NON_FINITE);
    RolledBack back =
        (RolledBack)
            log.events.stream().filter(RolledBack.class::isInstance).findFirst().orElseThrow();
    assertThat(back.to()).isEqualTo(50);
    boolean skips = change == Change.SKIP_DATA;
    assertThat(back.adjustments())
        .isEqualTo(new Adjustments(1, skips ? 5 : 0, skips ? 1 : 0.5, false, 0));
    assertThat(log.starts).containsExactly(0L, 50L);
    assertThat(modelsAtOnce).hasValue(1);
    assertThat(log.lossBits).hasSize((int) STEPS);
    Checkpoint last = new CheckpointStore(directory, Retention.newest(9)).list().getLast();
    assertThat(Adjustments.from(last.trainer())).isEqualTo(back.adjustments());
  }

  @Test
  void rollingBackBeforeTheFirstCheckpointBeginsAgain() throws Exception {
    TrainingOutcome outcome =
        train(Action.ROLLBACK, Change.LEARNING_RATE, new Drill("projector", 7, 1, INFINITE), 10);

    assertThat(outcome).isEqualTo(new TrainingOutcome.Completed(STEPS));
    assertThat(log.starts).containsExactly(0L, 0L);
  }

  @Test
  void aSpikeMayBeRolledBackToo() throws Exception {
    TrainingOutcome outcome =
        train(
            Action.ROLLBACK,
            Change.SKIP_DATA,
            new Drill("block_00", 90, 1, 50),
            80,
            EnumSet.allOf(IncidentKind.class));

    assertThat(outcome).isEqualTo(new TrainingOutcome.Completed(STEPS));
    assertThat(log.rollbacks()).containsExactly(IncidentKind.SPIKE);
    assertThat(log.starts).containsExactly(0L, 80L);
  }

  @Test
  void aHealthyRunOf5000StepsHasAtMostTwoFalseSpikes() throws Exception {
    StabilityPlan plan =
        new StabilityPlan(
            SpikeRule.DEFAULT,
            DipRule.DEFAULT,
            StabilityPolicy.OBSERVE,
            8,
            0,
            new Drill("block_00", 4000, 1, 1e6));
    TinyTraining training = new TinyTraining(MemoryImages.good(64), 5000, 0, plan);
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      training
          .start(actors, new CheckpointStore(directory, Retention.newest(1)), executor, 2, log)
          .outcome()
          .get(3, TimeUnit.MINUTES);
    }

    assertThat(spikes())
        .filteredOn(spike -> spike.spike().onset() != 4000)
        .hasSizeLessThanOrEqualTo(2);
    assertThat(spikes())
        .filteredOn(spike -> spike.spike().onset() == 4000)
        .singleElement()
        .satisfies(spike -> assertThat(spike.spike().firstLayer()).isEqualTo("block_00"));
  }

  @Test
  void theLiveProbeAndHealthAreReportedEveryFewSteps() throws Exception {
    train(Action.OBSERVE, Change.SKIP_DATA, Drill.NONE, 20);

    assertThat(log.healths).hasSize((int) STEPS / 10);
    assertThat(log.accuracies.values())
        .hasSize((int) STEPS / 10)
        .allSatisfy(
            probe -> assertThat(probe).allMatch(accuracy -> accuracy.source().equals("queue")));
  }

  private List<SpikeBegan> spikes() {
    return log.events.stream()
        .filter(SpikeBegan.class::isInstance)
        .map(SpikeBegan.class::cast)
        .toList();
  }

  private TrainingOutcome train(Action action, Change change, Drill drill, long checkpointEvery)
      throws Exception {
    return train(
        action,
        change,
        drill,
        checkpointEvery,
        EnumSet.of(IncidentKind.NON_FINITE, IncidentKind.DIP));
  }

  private TrainingOutcome train(
      Action action, Change change, Drill drill, long checkpointEvery, Set<IncidentKind> actOn)
      throws Exception {
    TinyTraining training =
        new TinyTraining(
            MemoryImages.good(64), STEPS, checkpointEvery, plan(action, change, drill, actOn));
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      return training
          .start(
              actors,
              new CheckpointStore(directory, Retention.newest(9)),
              executor,
              2,
              log,
              this::watched)
          .outcome()
          .get(60, TimeUnit.SECONDS);
    }
  }

  private static StabilityPlan plan(
      Action action, Change change, Drill drill, Set<IncidentKind> actOn) {
    return new StabilityPlan(
        new SpikeRule(60, 8, 4, 40, 10, 10),
        DipRule.DEFAULT,
        new StabilityPolicy(action, actOn, 5, 2, new StabilityPolicy.Repair(change, 0.5, 0.1)),
        64,
        10,
        drill);
  }

  /** Counts the models that are there when another one has been made. */
  private TrainingSession.Factory watched(TrainingSession.Factory sessions) {
    return after -> {
      models.removeIf(model -> model.base().weights().entries().isEmpty());
      TrainingSession session = sessions.open(after);
      models.add(session.model());
      modelsAtOnce.accumulateAndGet(models.size(), Math::max);
      return session;
    };
  }

  private static boolean allFinite(SafetensorsFile file) {
    return file.names().stream()
        .map(file::get)
        .allMatch(
            tensor -> {
              FloatBuffer floats =
                  tensor
                      .bytes()
                      .duplicate()
                      .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                      .asFloatBuffer();
              boolean finite = true;
              while (floats.hasRemaining()) {
                finite &= Float.isFinite(floats.get());
              }
              return finite;
            });
  }
}
