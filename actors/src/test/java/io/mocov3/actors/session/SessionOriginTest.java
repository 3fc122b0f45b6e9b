package io.mocov3.actors.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.actors.events.Adjustments;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.stability.RollbackImpossibleException;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointData;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.checkpoint.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a rollback goes, whatever the clock or a stop made a run save. */
class SessionOriginTest {
  @TempDir private Path directory;

  private CheckpointStore store;
  private boolean fork;

  @BeforeEach
  void open() {
    store = new CheckpointStore(directory, Retention.newest(9));
  }

  @Test
  void aRollbackGoesToACheckpointThatIsDueByItsStep() {
    write(100, true);
    write(150, false);
    write(200, true);

    assertThat(rolledBackTo(160, 100)).isEqualTo(100);
    assertThat(left()).containsExactly(100L);
  }

  @Test
  void withoutStepsBetweenCheckpointsItGoesToTheNewest() {
    write(100, false);
    write(150, false);

    assertThat(rolledBackTo(160, 0)).isEqualTo(150);
  }

  @Test
  void itGoesToAnotherOneWhereThereShouldBeOneThatIsDueButIsNot() {
    write(150, false);

    assertThat(rolledBackTo(160, 100)).isEqualTo(150);
  }

  @Test
  void beforeTheFirstThatIsDueTheRunBeginsAgain() {
    write(150, false);

    assertThat(rolledBackTo(160, 200)).isZero();
    assertThat(left()).isEmpty();
  }

  @Test
  void whereNoneOfBeforeIsLeftItIsImpossible() {
    write(200, true);

    assertThatThrownBy(() -> rolledBackTo(160, 100))
        .isInstanceOf(RollbackImpossibleException.class)
        .hasMessageContaining("no checkpoint from before step 160 is kept");
  }

  @Test
  void whoAsksMayGoToAnyAndOneThatWasPrunedMeanwhileEndsNoTraining() {
    write(100, true);
    write(150, false);
    write(200, true);

    assertThat(wentBackTo(IncidentKind.REQUESTED, 160, 100)).isEqualTo(150);
    assertThat(left()).containsExactly(100L, 150L);
    assertThat(wentBackTo(IncidentKind.REQUESTED, 50, 10)).isEqualTo(150);
    assertThat(left()).containsExactly(100L, 150L);
  }

  @Test
  void aForkNeverGoesBackToBeforeItself() {
    fork = true;
    write(500, true);

    assertThatThrownBy(() -> rolledBackTo(450, 1000))
        .isInstanceOf(RollbackImpossibleException.class);
    assertThat(left()).containsExactly(500L);
  }

  @Test
  void nothingIsDeletedForTheSakeOfOneThatIsDamaged() throws IOException {
    write(100, true);
    write(200, true);
    damage(100);

    assertThatThrownBy(() -> rolledBackTo(160, 100))
        .isInstanceOf(RollbackImpossibleException.class)
        .hasMessageContaining("no checkpoint from before step 160 is as it was written");
    assertThat(directory.resolve("corrupt-step-00000100")).isDirectory();
    assertThat(wentBackTo(IncidentKind.REQUESTED, 160, 100)).isEqualTo(200);
    assertThat(left()).containsExactly(200L);
  }

  @Test
  void anotherOneIsTakenForOneThatIsDamaged() throws IOException {
    write(100, true);
    write(150, false);
    write(200, true);
    damage(100);

    assertThat(rolledBackTo(160, 100)).isEqualTo(150);
  }

  @Test
  void whoAsksNeverLosesTheRun() {
    write(600, false);

    assertThat(wentBackTo(IncidentKind.REQUESTED, 600, 1000)).isEqualTo(600);
    assertThat(left()).containsExactly(600L);
    assertThat(SessionOrigin.obstacle(store, 600))
        .hasValueSatisfying(line -> assertThat(line).contains("before step 600 is kept"));
  }

  private void damage(long step) throws IOException {
    Path file = directory.resolve("step-%08d/trainer.json".formatted(step));
    Files.writeString(file, Files.readString(file) + " ");
  }

  private long rolledBackTo(long onset, long everySteps) {
    return wentBackTo(IncidentKind.SPIKE, onset, everySteps);
  }

  private long wentBackTo(IncidentKind kind, long onset, long everySteps) {
    Incident incident = new Incident(kind, onset, onset + 5, "a spike");
    return SessionOrigin.find(
            store,
            StabilityPolicy.OBSERVE,
            Optional.of(new Interruption(incident, Adjustments.NONE)),
            new SessionOrigin.Schedule(everySteps, !fork),
            line -> {})
        .step();
  }

  private void write(long step, boolean scheduled) {
    store.write(
        step,
        new CheckpointData(
            new LinkedHashMap<>(),
            new LinkedHashMap<>(),
            new LinkedHashMap<>(),
            Map.of(),
            scheduled));
  }

  private List<Long> left() {
    return store.list().stream().map(Checkpoint::step).toList();
  }
}
