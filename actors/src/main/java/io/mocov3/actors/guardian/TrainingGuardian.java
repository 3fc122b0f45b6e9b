package io.mocov3.actors.guardian;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.Lifecycle;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.guardian.GuardianCommand.Ask;
import io.mocov3.actors.guardian.GuardianCommand.GiveUp;
import io.mocov3.actors.guardian.GuardianCommand.Look;
import io.mocov3.actors.guardian.GuardianCommand.Looked;
import io.mocov3.actors.guardian.GuardianCommand.Ping;
import io.mocov3.actors.guardian.GuardianCommand.Retry;
import io.mocov3.actors.guardian.GuardianCommand.Start;
import io.mocov3.actors.guardian.GuardianCommand.Stop;
import io.mocov3.actors.guardian.GuardianCommand.StorageAtRest;
import io.mocov3.actors.guardian.GuardianCommand.Stuck;
import io.mocov3.actors.guardian.GuardianCommand.TrainerTold;
import io.mocov3.actors.training.Trainer;
import io.mocov3.actors.training.TrainerCommand;
import io.mocov3.actors.training.TrainerEvent;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import java.util.Optional;

/**
 * Starts the actors, passes their references, and rebuilds the trainer with its momentum encoder
 * from the newest valid checkpoint when one of them fails: never a restart around a half-updated
 * model. Attempts without progress are bounded.
 */
public final class TrainingGuardian {
  private final GuardianParts parts;
  private final Absence absence;

  private TrainingGuardian(GuardianParts parts) {
    this.parts = parts;
    absence = new Absence(parts, () -> again(Optional.empty()));
  }

  public static Behavior<GuardianCommand> create(Blueprint blueprint) {
    return create(blueprint, Trainer::create);
  }

  static Behavior<GuardianCommand> create(Blueprint blueprint, Children.TrainerFactory trainers) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    Behaviors.receive(GuardianCommand.class)
                        .onMessageEquals(
                            Start.INSTANCE,
                            () ->
                                new TrainingGuardian(
                                        new GuardianParts(context, timers, blueprint, trainers))
                                    .again(Optional.empty()))
                        .onMessageEquals(Stop.INSTANCE, Behaviors::stopped)
                        .build()));
  }

  /** There is a trainer: it opens its session, trains, or does so again after an incident. */
  private Behavior<GuardianCommand> atWork(Lifecycle state) {
    return parts.phase(
        state,
        command ->
            switch (command) {
              case Stop stop -> stop();
              case GiveUp giveUp -> parts.fail(giveUp.reason());
              case Ask ask ->
                  parts.requests().atWork(ask, parts.children().trainer())
                      ? stop()
                      : Behaviors.same();
              case Stuck stuck -> abandon(stuck);
              case TrainerTold told -> told(told.event());
              case Ping ping -> GuardianParts.pong(ping);
              case Start start -> parts.unexpected(start);
              case Retry retry -> parts.unexpected(retry);
              case StorageAtRest rest -> parts.unexpected(rest);
              case Look look -> parts.unexpected(look);
              case Looked looked -> parts.unexpected(looked);
            },
        absence::childFailed);
  }

  /** The trainer was told to stop. */
  private Behavior<GuardianCommand> stopping() {
    return parts.phase(
        Lifecycle.STOPPING,
        command ->
            switch (command) {
              case Stop stop -> Behaviors.same();
              case GiveUp giveUp -> parts.fail(giveUp.reason());
              case Ask ask -> {
                parts.requests().whileStopping(ask, parts.lifecycle());
                yield Behaviors.same();
              }
              case TrainerTold told -> toldWhileStopping(told.event());
              case Stuck stuck -> abandon(stuck);
              case Ping ping -> GuardianParts.pong(ping);
              case Start start -> parts.unexpected(start);
              case Retry retry -> parts.unexpected(retry);
              case StorageAtRest rest -> parts.unexpected(rest);
              case Look look -> parts.unexpected(look);
              case Looked looked -> parts.unexpected(looked);
            },
        absence::childFailed);
  }

  private Behavior<GuardianCommand> again(Optional<Interruption> interruption) {
    parts
        .children()
        .startTrainer(
            interruption, parts.context().messageAdapter(TrainerEvent.class, TrainerTold::new));
    if (parts.blueprint().pauses().isSet()) {
      parts.children().trainer().tell(TrainerCommand.BeginPaused.INSTANCE);
    }
    return atWork(
        interruption.map(why -> Lifecycle.rollingBack(why.incident())).orElse(Lifecycle.STARTING));
  }

  private Behavior<GuardianCommand> abandon(Stuck stuck) {
    parts.children().trainer().tell(new TrainerCommand.Abandon(stuck.reason()));
    return Behaviors.same();
  }

  private Behavior<GuardianCommand> stop() {
    parts.children().trainer().tell(TrainerCommand.Stop.INSTANCE);
    return stopping();
  }

  private Behavior<GuardianCommand> told(TrainerEvent event) {
    return switch (event) {
      case TrainerEvent.Started started -> {
        absence.started(started.step());
        parts.requests().started(started.step(), started.wentBack());
        yield atWork(Lifecycle.TRAINING);
      }
      case TrainerEvent.Paused paused -> atWork(Lifecycle.paused(paused.step()));
      case TrainerEvent.Resumed resumed -> atWork(Lifecycle.TRAINING);
      case TrainerEvent.Finished finished -> finished(finished);
      case TrainerEvent.Interrupted interrupted -> interrupted(interrupted);
      case TrainerEvent.DataFailed failed -> absence.dataFailed(failed);
      case TrainerEvent.StopWanted wanted -> stop();
      case TrainerEvent.RankLost lost ->
          parts.end(new TrainingOutcome.RankLost(lost.step(), lost.saved(), lost.reason()));
    };
  }

  private Behavior<GuardianCommand> toldWhileStopping(TrainerEvent event) {
    return switch (event) {
      case TrainerEvent.Started started -> Behaviors.same();
      case TrainerEvent.Paused paused -> Behaviors.same();
      case TrainerEvent.Resumed resumed -> Behaviors.same();
      case TrainerEvent.Finished finished ->
          parts.end(new TrainingOutcome.Interrupted(finished.step(), finished.saved()));
      case TrainerEvent.Interrupted interrupted ->
          parts.end(
              new TrainingOutcome.Interrupted(
                  interrupted.interruption().incident().step(), interrupted.saved()));
      case TrainerEvent.DataFailed failed ->
          parts.end(new TrainingOutcome.Interrupted(failed.step(), failed.saved()));
      case TrainerEvent.StopWanted wanted -> Behaviors.same();
      case TrainerEvent.RankLost lost ->
          parts.end(new TrainingOutcome.Interrupted(lost.step(), lost.saved()));
    };
  }

  private Behavior<GuardianCommand> finished(TrainerEvent.Finished finished) {
    return finished.saved()
        ? parts.end(new TrainingOutcome.Completed(finished.step()))
        : parts.fail(parts.wording().lastCheckpointFailed());
  }

  private Behavior<GuardianCommand> interrupted(TrainerEvent.Interrupted interrupted) {
    Interruption interruption = interrupted.interruption();
    StabilityPolicy policy = parts.blueprint().policy();
    Incident incident = interruption.incident();
    int rollbacks = interruption.adjustments().rollbacks();
    parts.requests().goesBack(interrupted.caller());
    if (incident.reason() == IncidentKind.REQUESTED) {
      return again(Optional.of(interruption));
    }
    boolean rollsBack = policy.action() == StabilityPolicy.Action.ROLLBACK;
    if (rollsBack && rollbacks < policy.maxRollbacks()) {
      return again(Optional.of(interruption));
    }
    parts.tell(new StabilityEvent.Stopped(incident.step(), incident));
    return parts.fail(rollsBack ? Wording.diverged(rollbacks, incident) : incident.line());
  }
}
