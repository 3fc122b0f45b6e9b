package io.mocov3.actors.guardian;

import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.Lifecycle;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.actors.training.Checkpointer;
import io.mocov3.actors.training.Trainer;
import io.mocov3.actors.training.TrainerEvent;
import io.mocov3.augment.SourceUnavailableException;
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

  /** What the guardian is told. */
  public sealed interface Command {}

  /** Begin; sent once. */
  public enum Start implements Command {
    INSTANCE
  }

  /** Save a checkpoint and end. */
  public enum Stop implements Command {
    INSTANCE
  }

  /** End at once: nothing that is trained from now on could be kept. */
  public record GiveUp(String reason) implements Command {}

  record TrainerTold(TrainerEvent event) implements Command {}

  /** The pause before another attempt is over. */
  enum Retry implements Command {
    INSTANCE
  }

  /** Nothing that a former trainer wanted written is being written any more. */
  enum StorageAtRest implements Command {
    INSTANCE
  }

  /** The pause before another look at the images is over. */
  enum Look implements Command {
    INSTANCE
  }

  record Looked(boolean found) implements Command {}

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Blueprint blueprint;
  private final Children children;
  private final Wording wording;
  private final DataWait dataWait;
  private final Attempts attempts = new Attempts();
  private Lifecycle lifecycle = Lifecycle.STARTING;

  private TrainingGuardian(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Blueprint blueprint,
      Children.TrainerFactory trainers) {
    this.context = context;
    this.timers = timers;
    this.blueprint = blueprint;
    wording = new Wording(blueprint.patience());
    dataWait = new DataWait(blueprint.patience().data());
    children = new Children(context, blueprint, trainers);
  }

  public static Behavior<Command> create(Blueprint blueprint) {
    return create(blueprint, Trainer::create);
  }

  static Behavior<Command> create(Blueprint blueprint, Children.TrainerFactory trainers) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    Behaviors.receive(Command.class)
                        .onMessageEquals(
                            Start.INSTANCE,
                            () ->
                                new TrainingGuardian(context, timers, blueprint, trainers).begin())
                        .onMessageEquals(Stop.INSTANCE, Behaviors::stopped)
                        .build()));
  }

  /** There is a trainer: it opens its session, trains, or does so again after an incident. */
  private Behavior<Command> atWork(Lifecycle state) {
    return phase(
        state,
        command ->
            switch (command) {
              case Stop stop -> stop();
              case GiveUp giveUp -> giveUp(giveUp);
              case TrainerTold told -> told(told.event());
              case Start start -> unexpected(start);
              case Retry retry -> unexpected(retry);
              case StorageAtRest rest -> unexpected(rest);
              case Look look -> unexpected(look);
              case Looked looked -> unexpected(looked);
            });
  }

  /** There is no trainer. */
  private Behavior<Command> waitingForData(TrainerEvent.DataFailed failed) {
    return phase(
        Lifecycle.waitingForData(ActorFailure.reason(failed.cause())),
        command ->
            switch (command) {
              case Stop stop -> end(new TrainingOutcome.Interrupted(failed.step(), failed.saved()));
              case GiveUp giveUp -> giveUp(giveUp);
              case Look look -> look();
              case Looked looked -> looked(looked, failed);
              case TrainerTold told -> unexpected(told);
              case Start start -> unexpected(start);
              case Retry retry -> unexpected(retry);
              case StorageAtRest rest -> unexpected(rest);
            });
  }

  /** There is no trainer: first a pause, then what the last one wanted written is waited for. */
  private Behavior<Command> recovering(String failure) {
    return phase(
        Lifecycle.recovering(failure),
        command ->
            switch (command) {
              case Stop stop -> fail(Wording.stoppedBetweenAttempts(failure));
              case GiveUp giveUp -> giveUp(giveUp);
              case Retry retry -> askForRest();
              case StorageAtRest rest -> again(Optional.empty());
              case TrainerTold told -> Behaviors.same(); // from before it failed
              case Start start -> unexpected(start);
              case Look look -> unexpected(look);
              case Looked looked -> unexpected(looked);
            });
  }

  /** The trainer was told to stop. */
  private Behavior<Command> stopping() {
    return phase(
        Lifecycle.STOPPING,
        command ->
            switch (command) {
              case Stop stop -> Behaviors.same();
              case GiveUp giveUp -> giveUp(giveUp);
              case TrainerTold told -> toldWhileStopping(told.event());
              case Start start -> unexpected(start);
              case Retry retry -> unexpected(retry);
              case StorageAtRest rest -> unexpected(rest);
              case Look look -> unexpected(look);
              case Looked looked -> unexpected(looked);
            });
  }

  private Behavior<Command> phase(Lifecycle state, Function<Command, Behavior<Command>> onCommand) {
    lifecycle = state;
    tell(new SideWork.LifecycleChanged(state));
    return Behaviors.receive(
        (same, command) -> onCommand.apply(command), (same, signal) -> signal(signal));
  }

  private Behavior<Command> signal(Signal signal) {
    return signal instanceof ChildFailed failed ? childFailed(failed) : Behaviors.same();
  }

  private Behavior<Command> unexpected(Command command) {
    tell(
        new SideWork.Warned(
            "the guardian was told %s while it was %s, and ignored it"
                .formatted(command.getClass().getSimpleName(), lifecycle.line())));
    return Behaviors.same();
  }

  private Behavior<Command> begin() {
    return again(Optional.empty());
  }

  private Behavior<Command> again(Optional<Interruption> interruption) {
    children.startTrainer(
        interruption, context.messageAdapter(TrainerEvent.class, TrainerTold::new));
    return atWork(
        interruption.map(why -> Lifecycle.rollingBack(why.incident())).orElse(Lifecycle.STARTING));
  }

  private Behavior<Command> stop() {
    children.trainer().tell(Trainer.Stop.INSTANCE);
    return stopping();
  }

  private Behavior<Command> giveUp(GiveUp message) {
    return fail(message.reason());
  }

  private Behavior<Command> told(TrainerEvent event) {
    return switch (event) {
      case TrainerEvent.Started started -> {
        attempts.started(started.step());
        yield atWork(Lifecycle.TRAINING);
      }
      case TrainerEvent.Finished finished -> finished(finished);
      case TrainerEvent.Interrupted interrupted -> interrupted(interrupted);
      case TrainerEvent.DataFailed failed -> dataFailed(failed);
    };
  }

  private Behavior<Command> toldWhileStopping(TrainerEvent event) {
    return switch (event) {
      case TrainerEvent.Started started -> Behaviors.same();
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

  private Behavior<Command> finished(TrainerEvent.Finished finished) {
    return finished.saved()
        ? end(new TrainingOutcome.Completed(finished.step()))
        : fail(wording.lastCheckpointFailed());
  }

  private Behavior<Command> interrupted(TrainerEvent.Interrupted interrupted) {
    Interruption interruption = interrupted.interruption();
    StabilityPolicy policy = blueprint.policy();
    Incident incident = interruption.incident();
    int rollbacks = interruption.adjustments().rollbacks();
    boolean rollsBack = policy.action() == StabilityPolicy.Action.ROLLBACK;
    if (rollsBack && rollbacks < policy.maxRollbacks()) {
      return again(Optional.of(interruption));
    }
    tell(new StabilityEvent.Stopped(incident.step(), incident));
    return fail(rollsBack ? Wording.diverged(rollbacks, incident) : incident.line());
  }

  private Behavior<Command> dataFailed(TrainerEvent.DataFailed failed) {
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
  private Behavior<Command> look() {
    context.pipeToSelf(
        CompletableFuture.runAsync(
                blueprint.requireData(),
                context.getSystem().dispatchers().lookup(DispatcherSelector.blocking()))
            .orTimeout(ANSWER.toSeconds(), TimeUnit.SECONDS),
        (done, failure) -> new Looked(failure == null));
    return Behaviors.same();
  }

  private Behavior<Command> looked(Looked looked, TrainerEvent.DataFailed failed) {
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

  private Behavior<Command> dataGone(TrainerEvent.DataFailed failed) {
    return end(
        new TrainingOutcome.DataGone(
            failed.step(), failed.saved(), ActorFailure.reason(failed.cause())));
  }

  private Behavior<Command> childFailed(ChildFailed failed) {
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

  private Behavior<Command> askForRest() {
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

  private Behavior<Command> fail(String reason) {
    return end(new TrainingOutcome.Failed(reason));
  }

  private Behavior<Command> end(TrainingOutcome outcome) {
    tell(new SideWork.LifecycleChanged(Lifecycle.ENDED));
    blueprint.outcome().complete(outcome);
    return Behaviors.stopped();
  }
}
