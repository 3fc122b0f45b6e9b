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
import io.mocov3.actors.training.Checkpointer;
import io.mocov3.actors.training.Trainer;
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

  record TrainerTold(Trainer.Event event) implements Command {}

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
  private final DataWait dataWait;
  private final Attempts attempts = new Attempts();
  private Lifecycle lifecycle = new Lifecycle.Starting();

  private TrainingGuardian(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Blueprint blueprint,
      Children.TrainerFactory trainers) {
    this.context = context;
    this.timers = timers;
    this.blueprint = blueprint;
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
  private Behavior<Command> waitingForData(Trainer.DataFailed failed) {
    return phase(
        new Lifecycle.WaitingForData(ActorFailure.reason(failed.cause())),
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
        new Lifecycle.Recovering(failure),
        command ->
            switch (command) {
              case Stop stop ->
                  end(
                      new TrainingOutcome.Failed(
                          "stopped before another attempt; training had failed: " + failure));
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
        new Lifecycle.Stopping(),
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
    blueprint.events().on(new SideWork.LifecycleChanged(state));
    return Behaviors.receive(
        (same, command) -> onCommand.apply(command), (same, signal) -> signal(signal));
  }

  private Behavior<Command> signal(Signal signal) {
    return signal instanceof ChildFailed failed ? childFailed(failed) : Behaviors.same();
  }

  private Behavior<Command> unexpected(Command command) {
    blueprint
        .events()
        .on(
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
        interruption, context.messageAdapter(Trainer.Event.class, TrainerTold::new));
    return atWork(
        interruption
            .<Lifecycle>map(why -> new Lifecycle.RollingBack(why.incident()))
            .orElseGet(Lifecycle.Starting::new));
  }

  private Behavior<Command> stop() {
    children.trainer().tell(Trainer.Stop.INSTANCE);
    return stopping();
  }

  private Behavior<Command> giveUp(GiveUp message) {
    return end(new TrainingOutcome.Failed(message.reason()));
  }

  private Behavior<Command> told(Trainer.Event event) {
    return switch (event) {
      case Trainer.Started started -> {
        attempts.started(started.step());
        yield atWork(new Lifecycle.Training());
      }
      case Trainer.Finished finished -> finished(finished);
      case Trainer.Interrupted interrupted -> interrupted(interrupted);
      case Trainer.DataFailed failed -> dataFailed(failed);
    };
  }

  private Behavior<Command> toldWhileStopping(Trainer.Event event) {
    return switch (event) {
      case Trainer.Started started -> Behaviors.same();
      case Trainer.Finished finished ->
          end(new TrainingOutcome.Interrupted(finished.step(), finished.saved()));
      case Trainer.Interrupted interrupted ->
          end(
              new TrainingOutcome.Interrupted(
                  interrupted.interruption().incident().step(), interrupted.saved()));
      case Trainer.DataFailed failed ->
          end(new TrainingOutcome.Interrupted(failed.step(), failed.saved()));
    };
  }

  private Behavior<Command> finished(Trainer.Finished finished) {
    return end(
        finished.saved()
            ? new TrainingOutcome.Completed(finished.step())
            : new TrainingOutcome.Failed(
                "the last checkpoint could not be written within %s (the warnings tell why); the same command goes on from the newest one"
                    .formatted(text(blueprint.patience().checkpoint()))));
  }

  private Behavior<Command> interrupted(Trainer.Interrupted interrupted) {
    Interruption interruption = interrupted.interruption();
    StabilityPolicy policy = blueprint.policy();
    Incident incident = interruption.incident();
    int rollbacks = interruption.adjustments().rollbacks();
    boolean rollsBack = policy.action() == StabilityPolicy.Action.ROLLBACK;
    if (rollsBack && rollbacks < policy.maxRollbacks()) {
      return again(Optional.of(interruption));
    }
    blueprint.events().on(new StabilityEvent.Stopped(incident.step(), incident));
    return end(
        new TrainingOutcome.Failed(
            rollsBack
                ? "diverged after %d rollbacks: %s".formatted(rollbacks, incident.line())
                : incident.line()));
  }

  private Behavior<Command> dataFailed(Trainer.DataFailed failed) {
    String reason = ActorFailure.reason(failed.cause());
    if (!(failed.cause() instanceof SourceUnavailableException)) {
      return end(new TrainingOutcome.Failed(reason));
    }
    dataWait.begin(failed.step());
    if (dataWait.isOver()) {
      return dataGone(failed);
    }
    blueprint
        .events()
        .on(
            new SideWork.DataLost(
                "%s; waiting after step %d, which %s, for up to %s"
                    .formatted(
                        reason,
                        failed.step(),
                        failed.saved() ? "is saved" : "could not be saved",
                        text(blueprint.patience().data()))));
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

  private Behavior<Command> looked(Looked looked, Trainer.DataFailed failed) {
    if (looked.found()) {
      blueprint
          .events()
          .on(
              new SideWork.DataFound(
                  "the images are back; went on after " + text(dataWait.waited())));
      return again(Optional.empty());
    }
    if (dataWait.isOver()) {
      return dataGone(failed);
    }
    timers.startSingleTimer(Look.INSTANCE, dataWait.pause());
    return Behaviors.same();
  }

  private Behavior<Command> dataGone(Trainer.DataFailed failed) {
    return end(
        new TrainingOutcome.DataGone(
            failed.step(), failed.saved(), ActorFailure.reason(failed.cause())));
  }

  private Behavior<Command> childFailed(ChildFailed failed) {
    ActorFailure failure = ActorFailure.of(failed);
    blueprint.events().on(new SideWork.ActorFailed(failure.actor(), failure.reason()));
    if (failure.hopeless()) {
      return end(new TrainingOutcome.Failed(failure.reason()));
    }
    if (!children.isTrainer(failed.getRef())) {
      return end(new TrainingOutcome.Failed(failure.actor() + " failed: " + failure.reason()));
    }
    attempts.failed();
    if (lifecycle instanceof Lifecycle.Stopping || attempts.areOver()) {
      return end(
          new TrainingOutcome.Failed(
              "training failed %d times, last: %s"
                  .formatted(attempts.failures(), failure.reason())));
    }
    blueprint
        .events()
        .on(
            new SideWork.Warned(
                "the %s failed (%s); going on from the newest checkpoint, attempt %d of %d"
                    .formatted(
                        failure.actor().replace('-', ' '),
                        failure.reason(),
                        attempts.failures() + 1,
                        Attempts.MOST)));
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

  private static String text(Duration duration) {
    return duration.toSeconds() % 60 == 0 && duration.toSeconds() > 0
        ? duration.toMinutes() + " min"
        : duration.toSeconds() + " s";
  }

  private Behavior<Command> end(TrainingOutcome outcome) {
    blueprint.events().on(new SideWork.LifecycleChanged(new Lifecycle.Ended()));
    blueprint.outcome().complete(outcome);
    return Behaviors.stopped();
  }
}
