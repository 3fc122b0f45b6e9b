package io.mocov3.actors.guardian;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.testkit.typed.javadsl.BehaviorTestKit;
import akka.actor.testkit.typed.javadsl.TestInbox;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.actors.Patience;
import io.mocov3.actors.checkpoint.Checkpointer;
import io.mocov3.actors.control.Caller;
import io.mocov3.actors.control.ControlAnswer;
import io.mocov3.actors.control.ControlRequest;
import io.mocov3.actors.control.MemoryMark;
import io.mocov3.actors.events.Adjustments;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.RecordingLog;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.events.StabilityPolicy.Action;
import io.mocov3.actors.events.StabilityPolicy.Change;
import io.mocov3.actors.guardian.GuardianCommand.TrainerTold;
import io.mocov3.actors.ranks.Leader;
import io.mocov3.actors.training.TrainerCommand;
import io.mocov3.actors.training.TrainerEvent;
import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every phase against every message; the children are only told of, not run. */
class GuardianPhasesTest {
  private static final Incident INCIDENT = new Incident(IncidentKind.DIP, 5, 7, "a dip");
  private static final Patience PATIENT =
      new Patience(Duration.ofMinutes(9), Duration.ofMinutes(9), Duration.ofMinutes(9));

  private static final TestInbox<ControlAnswer> ANSWERS = TestInbox.create();
  private static final TestInbox<Done> PINGS = TestInbox.create();

  private static Interruption requested() {
    return new Interruption(new Incident(IncidentKind.REQUESTED, 2, 7, "asked"), Adjustments.NONE);
  }

  private static GuardianCommand ask(ControlRequest request) {
    return new GuardianCommand.Ask(request, new Caller(ANSWERS.getRef()));
  }

  /** What can be told. */
  private static final Map<String, GuardianCommand> MESSAGES =
      Map.ofEntries(
          Map.entry("start", GuardianCommand.Start.INSTANCE),
          Map.entry("stop", GuardianCommand.Stop.INSTANCE),
          Map.entry("give-up", new GuardianCommand.GiveUp("gone")),
          Map.entry("started", new TrainerTold(new TrainerEvent.Started(3, true))),
          Map.entry("finished", new TrainerTold(new TrainerEvent.Finished(9, true))),
          Map.entry(
              "interrupted",
              new TrainerTold(
                  new TrainerEvent.Interrupted(
                      new Interruption(INCIDENT, Adjustments.NONE), false, Optional.empty()))),
          Map.entry(
              "data-failed",
              new TrainerTold(
                  new TrainerEvent.DataFailed(
                      4, true, new SourceUnavailableException("gone", null)))),
          Map.entry("stop-wanted", new TrainerTold(new TrainerEvent.StopWanted())),
          Map.entry("rank-lost", new TrainerTold(new TrainerEvent.RankLost(4, true, "gone"))),
          Map.entry("paused", new TrainerTold(new TrainerEvent.Paused(3))),
          Map.entry("resumed", new TrainerTold(new TrainerEvent.Resumed(3))),
          Map.entry(
              "back",
              new TrainerTold(new TrainerEvent.Interrupted(requested(), true, Optional.empty()))),
          Map.entry("ask-stop", ask(new ControlRequest.Stop())),
          Map.entry("ask-pause", ask(new ControlRequest.Pause())),
          Map.entry("ask-save", ask(new ControlRequest.Checkpoint())),
          Map.entry("stuck", new GuardianCommand.Stuck("nothing moves")),
          Map.entry("ping", new GuardianCommand.Ping(PINGS.getRef())),
          Map.entry("retry", GuardianCommand.Retry.INSTANCE),
          Map.entry("at-rest", new GuardianCommand.StorageAtRest(OptionalLong.of(4))),
          Map.entry("look", GuardianCommand.Look.INSTANCE),
          Map.entry("found", new GuardianCommand.Looked(true)),
          Map.entry("not-found", new GuardianCommand.Looked(false)));

  private final RecordingLog log = new RecordingLog();
  private final MemoryMark mark = new MemoryMark();
  private final CompletableFuture<TrainingOutcome> outcome = new CompletableFuture<>();
  private final BehaviorTestKit<GuardianCommand> guardian =
      BehaviorTestKit.create(
          TrainingGuardian.create(
              new Blueprint(
                  after -> {
                    throw new IllegalStateException("no trainer runs here");
                  },
                  new StabilityPolicy(
                      Action.ROLLBACK,
                      Set.of(IncidentKind.DIP),
                      5,
                      2,
                      new StabilityPolicy.Repair(Change.SKIP_DATA, 0.5, 0.1)),
                  Behaviors.ignore(),
                  Optional.empty(),
                  () -> {},
                  mark,
                  PATIENT,
                  log,
                  Leader.alone(),
                  outcome),
              (session, peers) -> Behaviors.ignore()));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "starting:         start ignored, stop stopping, give-up failed, started training, finished"
            + " completed, interrupted rolling_back, data-failed waiting_for_data, retry ignored,"
            + " at-rest ignored, look ignored, found ignored, paused paused, resumed training, back rolling_back, ask-stop stopping, ask-pause trainer, ask-save trainer, stuck trainer, ping ponged, stop-wanted stopping, rank-lost ranklost, not-found ignored",
        "training:         start ignored, stop stopping, give-up failed, started same, finished"
            + " completed, interrupted rolling_back, data-failed waiting_for_data, retry ignored,"
            + " at-rest ignored, look ignored, found ignored, paused paused, resumed same, back rolling_back, ask-stop stopping, ask-pause trainer, ask-save trainer, stuck trainer, ping ponged, stop-wanted stopping, rank-lost ranklost, not-found ignored",
        "paused: start ignored, stop stopping, give-up failed, started training, finished completed, interrupted rolling_back, data-failed waiting_for_data, retry ignored, at-rest ignored, look ignored, found ignored, paused same, resumed training, back rolling_back, ask-stop stopping, ask-pause trainer, ask-save trainer, stuck trainer, ping ponged, stop-wanted stopping, rank-lost ranklost, not-found ignored",
        "waiting_for_data: start ignored, stop interrupted, give-up failed, started ignored,"
            + " finished ignored, interrupted ignored, data-failed ignored, retry ignored, at-rest"
            + " ignored, look same, found starting, paused ignored, resumed ignored, back ignored, ask-stop interrupted, ask-pause answered, ask-save refused, stuck ignored, ping ponged, stop-wanted ignored, rank-lost ignored, not-found same",
        "recovering:       start ignored, stop stopping, give-up failed, started same, finished same,"
            + " interrupted same, data-failed same, retry same, at-rest starting, look ignored,"
            + " found ignored, paused same, resumed same, back same, ask-stop stopping, ask-pause answered, ask-save refused, stuck same, ping ponged, stop-wanted same, rank-lost same, not-found ignored",
        "leaving: start ignored, stop same, give-up failed, started same, finished same, interrupted same, data-failed same, retry same, at-rest interrupted, look ignored, found ignored, paused same, resumed same, back same, ask-stop same, ask-pause refused, ask-save refused, stuck same, ping ponged, stop-wanted same, rank-lost same, not-found ignored",
        "rolling_back:     start ignored, stop stopping, give-up failed, started training, finished"
            + " completed, interrupted same, data-failed waiting_for_data, retry ignored, at-rest"
            + " ignored, look ignored, found ignored, paused paused, resumed training, back same, ask-stop stopping, ask-pause trainer, ask-save trainer, stuck trainer, ping ponged, stop-wanted stopping, rank-lost ranklost, not-found ignored",
        "stopping:         start ignored, stop same, give-up failed, started same, finished"
            + " interrupted, interrupted interrupted, data-failed interrupted, retry ignored,"
            + " at-rest ignored, look ignored, found ignored, paused same, resumed same, back interrupted, ask-stop same, ask-pause refused, ask-save refused, stuck trainer, ping ponged, stop-wanted same, rank-lost interrupted, not-found ignored"
      })
  void everyPhaseAnswersEveryMessage(String row) {
    String phase = row.substring(0, row.indexOf(':'));
    List<String> cells = Arrays.asList(row.substring(row.indexOf(':') + 1).split(",", -1));
    assertThat(cells).as("all messages").hasSize(MESSAGES.size());

    for (String cell : cells) {
      String[] words = cell.strip().split(" ", 2);
      GuardianPhasesTest fresh = new GuardianPhasesTest();
      fresh.enter(phase);

      assertThat(fresh.answer(MESSAGES.get(words[0])))
          .as("%s is told %s", phase, words[0])
          .isEqualTo(words[1]);
    }
  }

  private void enter(String phase) {
    ANSWERS.getAllReceived();
    guardian.run(GuardianCommand.Start.INSTANCE);
    switch (phase) {
      case "starting" -> {}
      case "training" -> guardian.run(MESSAGES.get("started"));
      case "paused" -> guardian.run(MESSAGES.get("paused"));
      case "waiting_for_data" -> guardian.run(MESSAGES.get("data-failed"));
      case "recovering" -> guardian.signal(trainerFailed());
      case "rolling_back" -> guardian.run(MESSAGES.get("interrupted"));
      case "stopping" -> guardian.run(MESSAGES.get("stop"));
      case "leaving" -> {
        guardian.run(MESSAGES.get("stop"));
        guardian.signal(trainerFailed());
      }
      default -> throw new IllegalArgumentException(phase);
    }
    assertThat(state()).isEqualTo(phase.equals("leaving") ? "stopping" : phase);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // Scala's Nothing has no name in Java
  private ChildFailed trainerFailed() {
    ActorRef trainer = guardian.childInbox("trainer-0").getRef();
    return new ChildFailed(trainer, new IllegalStateException("made to fail"));
  }

  /** How training ended, or where it is now if somewhere else, or whether it was ignored aloud. */
  private String answer(GuardianCommand command) {
    String before = state();
    int warnings = log.warnings.size();
    ANSWERS.getAllReceived();
    PINGS.getAllReceived();
    guardian.run(command);
    if (outcome.isDone()) {
      assertThat(guardian.isAlive()).isFalse();
      assertThat(state()).isEqualTo("ended");
      return outcome.join().getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
    assertThat(guardian.isAlive()).isTrue();
    if (!state().equals(before)) {
      return state();
    }
    if (PINGS.hasMessages()) {
      return "ponged";
    }
    if (ANSWERS.hasMessages()) {
      return ANSWERS.receiveMessage() instanceof ControlAnswer.Done ? "answered" : "refused";
    }
    if (trainerWasTold()) {
      return "trainer";
    }
    boolean ignored =
        log.warnings.size() > warnings && log.warnings.getLast().endsWith("and ignored it");
    return ignored ? "ignored" : "same";
  }

  private boolean trainerWasTold() {
    boolean second =
        log.of(SideWork.LifecycleChanged.class).stream()
            .anyMatch(changed -> changed.lifecycle().label().equals("rolling_back"));
    return guardian.childInbox(second ? "trainer-1" : "trainer-0").getAllReceived().stream()
        .anyMatch(
            told -> told instanceof TrainerCommand.Ask || told instanceof TrainerCommand.Abandon);
  }

  private String state() {
    return log.of(SideWork.LifecycleChanged.class).getLast().lifecycle().label();
  }

  @Test
  void afterAFailureTheCheckpointerIsWaitedForBeforeAnotherTrainerReadsWhatItWrote() {
    enter("recovering");
    guardian.run(GuardianCommand.Retry.INSTANCE);

    assertThat(guardian.childInbox("checkpointer").receiveMessage())
        .isInstanceOf(Checkpointer.Rest.class);
    assertThat(log.of(SideWork.LifecycleChanged.class)).hasSize(2);

    guardian.run(MESSAGES.get("at-rest"));

    assertThat(guardian.childInbox("trainer-1").hasMessages()).isFalse();
    assertThat(state()).isEqualTo("starting");
  }

  @ParameterizedTest
  @CsvSource({"4, true", ", false"})
  void aFailureWhileStoppingEndsItWithWhatIsOnTheDisk(Long newest, boolean saved) {
    enter("leaving");
    assertThat(guardian.childInbox("checkpointer").receiveMessage())
        .isInstanceOf(Checkpointer.Rest.class);

    guardian.run(
        new GuardianCommand.StorageAtRest(
            newest == null ? OptionalLong.empty() : OptionalLong.of(newest)));

    assertThat(outcome.join())
        .isEqualTo(new TrainingOutcome.Interrupted(newest == null ? 0 : newest, saved));
  }

  @ParameterizedTest
  @ValueSource(strings = {"interrupted", "data-failed", "finished", "failed"})
  void whoWasNotAnsweredByATrainerThatEndedIsRefused(String end) {
    enter("training");
    guardian.run(ask(new ControlRequest.Checkpoint()));
    assertThat(ANSWERS.hasMessages()).isFalse();

    if (end.equals("failed")) {
      guardian.signal(trainerFailed());
    } else {
      guardian.run(MESSAGES.get(end));
    }

    assertThat(ANSWERS.receiveMessage()).isInstanceOf(ControlAnswer.Refused.class);
  }

  @Test
  void aTrainerBeginsPausedWhereThatWasKept() {
    assertThat(mark.set(true)).isEmpty();
    enter("starting");

    assertThat(guardian.<TrainerCommand>childInbox("trainer-0").receiveMessage())
        .isEqualTo(TrainerCommand.BeginPaused.INSTANCE);
  }

  @Test
  void aPauseIsKeptWhenTheTrainerHasDoneIt() {
    enter("training");
    guardian.run(ask(new ControlRequest.Pause()));
    TrainerCommand.Ask asked =
        (TrainerCommand.Ask)
            guardian.<TrainerCommand>childInbox("trainer-0").getAllReceived().getLast();
    assertThat(mark.isSet()).isFalse();

    BehaviorTestKit<ControlAnswer> relay = guardian.childTestKit(asked.caller().ref());
    relay.run(new ControlAnswer.Done("paused", Map.of()));

    assertThat(mark.isSet()).isTrue();
    assertThat(ANSWERS.receiveMessage().line()).isEqualTo("paused");
  }

  @Test
  void aPauseThatIsRefusedIsNotKept() {
    enter("training");
    guardian.run(ask(new ControlRequest.Pause()));
    guardian.run(MESSAGES.get("interrupted"));

    assertThat(ANSWERS.receiveMessage()).isInstanceOf(ControlAnswer.Refused.class);
    assertThat(mark.isSet()).isFalse();
  }

  @Test
  void whoAskedToGoBackIsToldWhenTrainingDidNot() {
    enter("training");
    guardian.run(
        new TrainerTold(
            new TrainerEvent.Interrupted(
                requested(), true, Optional.of(new Caller(ANSWERS.getRef())))));
    guardian.run(new TrainerTold(new TrainerEvent.Started(8, false)));

    assertThat(ANSWERS.receiveMessage().line())
        .isEqualTo("could not go back, the log says why; training goes on after step 8");
  }

  @Test
  void aPauseIsKeptAndAResumeTakesItBackWithoutATrainerToo() {
    enter("waiting_for_data");
    guardian.run(ask(new ControlRequest.Pause()));
    assertThat(mark.isSet()).isTrue();
    guardian.run(ask(new ControlRequest.Resume()));
    assertThat(mark.isSet()).isFalse();
  }

  @Test
  void whoAskedToGoBackIsToldWhereTrainingGoesOn() {
    enter("training");
    guardian.run(
        new TrainerTold(
            new TrainerEvent.Interrupted(
                requested(), true, Optional.of(new Caller(ANSWERS.getRef())))));
    ANSWERS.getAllReceived();
    guardian.run(MESSAGES.get("started"));

    assertThat(ANSWERS.receiveMessage().line()).isEqualTo("went back to step 3");
  }
}
