package io.mocov3.actors.guardian;

import akka.Done;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mocov3.actors.checkpoint.Checkpointer;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.Lifecycle;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.events.TrainingEvent;
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
import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Starts the actors, passes their references, and rebuilds the trainer with its momentum encoder
 * from the newest valid checkpoint when one of them fails: never a restart around a half-updated
 * model. Attempts without progress are bounded.
 */
public final class TrainingGuardian {
  private static final Duration ANSWER = Duration.ofSeconds(20);

  private final ActorContext<GuardianCommand> context;
  private final TimerScheduler<GuardianCommand> timers;
  private final Blueprint blueprint;
  private final Children children;
  private final Wording wording;
  private final DataWait dataWait;
  private final Attempts attempts = new Attempts();
  private final Requests requests;
  private Lifecycle lifecycle = Lifecycle.STARTING;

  private TrainingGuardian(
      ActorContext<GuardianCommand> context,
      TimerScheduler<GuardianCommand> timers,
      Blueprint blueprint,
      Children.TrainerFactory trainers) {
    this.context = context;
    this.timers = timers;
    this.blueprint = blueprint;
    wording = new Wording(blueprint.patience());
    dataWait = new DataWait(blueprint.patience().data());
    requests = new Requests(blueprint.pauses(), line -> tell(new SideWork.Warned(line)));
    children = new Children(context, blueprint, trainers);
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
                                new TrainingGuardian(context, timers, blueprint, trainers).begin())
                        .onMessageEquals(Stop.INSTANCE, Behaviors::stopped)
                        .build()));
  }

  /** There is a trainer: it opens its session, trains, or does so again after an incident. */
  private Behavior<GuardianCommand> atWork(Lifecycle state) {
    return phase(
        state,
        command ->
            switch (command) {
              case Stop stop -> stop();
              case GiveUp giveUp -> giveUp(giveUp);
              case Ask ask -> requests.atWork(ask, children.trainer()) ? stop() : Behaviors.same();
              case Stuck stuck -> abandon(stuck);
              case TrainerTold told -> told(told.event());
              case Ping ping -> pong(ping);
              case Start start -> unexpected(start);
              case Retry retry -> unexpected(retry);
              case StorageAtRest rest -> unexpected(rest);
              case Look look -> unexpected(look);
              case Looked looked -> unexpected(looked);
            });
  }

  /** There is no trainer. */
  private Behavior<GuardianCommand> waitingForData(TrainerEvent.DataFailed failed) {
    return phase(
        Lifecycle.waitingForData(ActorFailure.reason(failed.cause())),
        command ->
            switch (command) {
              case Stop stop -> stopWithoutTrainer(failed);
              case GiveUp giveUp -> giveUp(giveUp);
              case Ask ask ->
                  requests.withoutTrainer(ask, lifecycle)
                      ? stopWithoutTrainer(failed)
                      : Behaviors.same();
              case Look look -> look();
              case Looked looked -> looked(looked, failed);
              case Ping ping -> pong(ping);
              case TrainerTold told -> unexpected(told);
              case Start start -> unexpected(start);
              case Stuck stuck -> unexpected(stuck);
              case Retry retry -> unexpected(retry);
              case StorageAtRest rest -> unexpected(rest);
            });
  }

  /** There is no trainer: first a pause, then what the last one wanted written is waited for. */
  private Behavior<GuardianCommand> recovering(String failure) {
    return phase(
        Lifecycle.recovering(failure),
        command ->
            switch (command) {
              case Stop stop -> fail(Wording.stoppedBetweenAttempts(failure));
              case GiveUp giveUp -> giveUp(giveUp);
              case Ask ask ->
                  requests.withoutTrainer(ask, lifecycle)
                      ? fail(Wording.stoppedBetweenAttempts(failure))
                      : Behaviors.same();
              case Retry retry -> askForRest();
              case StorageAtRest rest -> again(Optional.empty());
              case TrainerTold told -> Behaviors.same(); // from before it failed
              case Ping ping -> pong(ping);
              case Start start -> unexpected(start);
              case Stuck stuck -> unexpected(stuck);
              case Look look -> unexpected(look);
              case Looked looked -> unexpected(looked);
            });
  }

  /** The trainer was told to stop. */
  private Behavior<GuardianCommand> stopping() {
    return phase(
        Lifecycle.STOPPING,
        command ->
            switch (command) {
              case Stop stop -> Behaviors.same();
              case GiveUp giveUp -> giveUp(giveUp);
              case Ask ask -> {
                requests.whileStopping(ask, lifecycle);
                yield Behaviors.same();
              }
              case TrainerTold told -> toldWhileStopping(told.event());
              case Stuck stuck -> abandon(stuck);
              case Ping ping -> pong(ping);
              case Start start -> unexpected(start);
              case Retry retry -> unexpected(retry);
              case StorageAtRest rest -> unexpected(rest);
              case Look look -> unexpected(look);
              case Looked looked -> unexpected(looked);
            });
  }

  private Behavior<GuardianCommand> phase(
      Lifecycle state, Function<GuardianCommand, Behavior<GuardianCommand>> onCommand) {
    lifecycle = state;
    tell(new SideWork.LifecycleChanged(state));
    return Behaviors.receive(
        (same, command) -> onCommand.apply(command), (same, signal) -> signal(signal));
  }

  private Behavior<GuardianCommand> signal(Signal signal) {
    return signal instanceof ChildFailed failed ? childFailed(failed) : Behaviors.same();
  }

  private Behavior<GuardianCommand> unexpected(GuardianCommand command) {
    tell(
        new SideWork.Warned(
            "the guardian was told %s while it was %s, and ignored it"
                .formatted(command.getClass().getSimpleName(), lifecycle.line())));
    return Behaviors.same();
  }

  private static Behavior<GuardianCommand> pong(Ping ping) {
    ping.replyTo().tell(Done.getInstance());
    return Behaviors.same();
  }

  private Behavior<GuardianCommand> begin() {
    return again(Optional.empty());
  }

  private Behavior<GuardianCommand> again(Optional<Interruption> interruption) {
    children.startTrainer(
        interruption, context.messageAdapter(TrainerEvent.class, TrainerTold::new));
    if (blueprint.pauses().isSet()) {
      children.trainer().tell(TrainerCommand.BeginPaused.INSTANCE);
    }
    return atWork(
        interruption.map(why -> Lifecycle.rollingBack(why.incident())).orElse(Lifecycle.STARTING));
  }

  private Behavior<GuardianCommand> abandon(Stuck stuck) {
    children.trainer().tell(new TrainerCommand.Abandon(stuck.reason()));
    return Behaviors.same();
  }

  private Behavior<GuardianCommand> stopWithoutTrainer(TrainerEvent.DataFailed failed) {
    return end(new TrainingOutcome.Interrupted(failed.step(), failed.saved()));
  }

  private Behavior<GuardianCommand> stop() {
    children.trainer().tell(TrainerCommand.Stop.INSTANCE);
    return stopping();
  }

  private Behavior<GuardianCommand> giveUp(GiveUp message) {
    return fail(message.reason());
  }

  private Behavior<GuardianCommand> told(TrainerEvent event) {
    return switch (event) {
      case TrainerEvent.Started started -> {
        attempts.started(started.step());
        requests.started(started.step());
        yield atWork(Lifecycle.TRAINING);
      }
      case TrainerEvent.Paused paused -> atWork(Lifecycle.paused(paused.step()));
      case TrainerEvent.Resumed resumed -> atWork(Lifecycle.TRAINING);
      case TrainerEvent.Finished finished -> finished(finished);
      case TrainerEvent.Interrupted interrupted -> interrupted(interrupted);
      case TrainerEvent.DataFailed failed -> dataFailed(failed);
    };
  }

  private Behavior<GuardianCommand> toldWhileStopping(TrainerEvent event) {
    return switch (event) {
      case TrainerEvent.Started started -> Behaviors.same();
      case TrainerEvent.Paused paused -> Behaviors.same();
      case TrainerEvent.Resumed resumed -> Behaviors.same();
      case TrainerEvent.Finished finished ->
          end(new TrainingOutcome.Interrupted(finished.step(), finished.saved()));
      case TrainerEvent.Interrupted interrupted ->
          end(
              new TrainingOutcome.Interrupted(
                  interrupted.interruption().incident().step(), interrupted.saved()));
      case TrainerEvent.DataFailed failed ->
          end(new TrainingOutcome.Interrupted(failed.step(), failed.saved()));
    };
  }

  private Behavior<GuardianCommand> finished(TrainerEvent.Finished finished) {
    return finished.saved()
        ? end(new TrainingOutcome.Completed(finished.step()))
        : fail(wording.lastCheckpointFailed());
  }

  private Behavior<GuardianCommand> interrupted(TrainerEvent.Interrupted interrupted) {
    Interruption interruption = interrupted.interruption();
    StabilityPolicy policy = blueprint.policy();
    Incident incident = interruption.incident();
    int rollbacks = interruption.adjustments().rollbacks();
    if (incident.reason() == IncidentKind.REQUESTED) {
      requests.goesBack(interrupted.caller());
      return again(Optional.of(interruption));
    }
    boolean rollsBack = policy.action() == StabilityPolicy.Action.ROLLBACK;
    if (rollsBack && rollbacks < policy.maxRollbacks()) {
      return again(Optional.of(interruption));
    }
    tell(new StabilityEvent.Stopped(incident.step(), incident));
    return fail(rollsBack ? Wording.diverged(rollbacks, incident) : incident.line());
  }

  private Behavior<GuardianCommand> dataFailed(TrainerEvent.DataFailed failed) {
    String reason = ActorFailure.reason(failed.cause());
    if (!(failed.cause() instanceof SourceUnavailableException)) {
      return fail(reason);
    }
    dataWait.begin(failed.step());
    if (dataWait.isOver()) {
      return dataGone(failed);
    }
    tell(new SideWork.DataLost(wording.waitingForData(reason, failed)));
    timers.startSingleTimer(Look.INSTANCE, dataWait.pause());
    return waitingForData(failed);
  }

  /** The storage may hang, so nobody waits for its answer but a thread that is there to wait. */
  private Behavior<GuardianCommand> look() {
    context.pipeToSelf(
        CompletableFuture.runAsync(
                blueprint.requireData(),
                context.getSystem().dispatchers().lookup(DispatcherSelector.blocking()))
            .orTimeout(ANSWER.toSeconds(), TimeUnit.SECONDS),
        (done, failure) -> new Looked(failure == null));
    return Behaviors.same();
  }

  private Behavior<GuardianCommand> looked(Looked looked, TrainerEvent.DataFailed failed) {
    if (looked.found()) {
      tell(new SideWork.DataFound(Wording.dataIsBack(dataWait.waited())));
      return again(Optional.empty());
    }
    if (dataWait.isOver()) {
      return dataGone(failed);
    }
    timers.startSingleTimer(Look.INSTANCE, dataWait.pause());
    return Behaviors.same();
  }

  private Behavior<GuardianCommand> dataGone(TrainerEvent.DataFailed failed) {
    return end(
        new TrainingOutcome.DataGone(
            failed.step(), failed.saved(), ActorFailure.reason(failed.cause())));
  }

  private Behavior<GuardianCommand> childFailed(ChildFailed failed) {
    ActorFailure failure = ActorFailure.of(failed);
    tell(new SideWork.ActorFailed(failure.actor(), failure.reason()));
    if (failure.hopeless()) {
      return fail(failure.reason());
    }
    if (!children.isTrainer(failed.getRef())) {
      return fail(failure.actor() + " failed: " + failure.reason());
    }
    attempts.failed();
    if (lifecycle.equals(Lifecycle.STOPPING) || attempts.areOver()) {
      return fail(Wording.noMoreAttempts(failure, attempts.failures()));
    }
    tell(new SideWork.Warned(Wording.nextAttempt(failure, attempts.failures())));
    timers.startSingleTimer(Retry.INSTANCE, attempts.pause());
    return recovering(failure.reason());
  }

  private Behavior<GuardianCommand> askForRest() {
    children
        .checkpointer()
        .tell(
            new Checkpointer.Rest(
                context.messageAdapter(Checkpointer.AtRest.class, rest -> StorageAtRest.INSTANCE)));
    return Behaviors.same();
  }

  private void tell(TrainingEvent event) {
    blueprint.events().on(event);
  }

  private Behavior<GuardianCommand> fail(String reason) {
    return end(new TrainingOutcome.Failed(reason));
  }

  private Behavior<GuardianCommand> end(TrainingOutcome outcome) {
    requests.ended(outcome);
    tell(new SideWork.LifecycleChanged(Lifecycle.ENDED));
    blueprint.outcome().complete(outcome);
    return Behaviors.stopped();
  }
}
