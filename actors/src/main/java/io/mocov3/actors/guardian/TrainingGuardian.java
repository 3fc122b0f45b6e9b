package io.mocov3.actors.guardian;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.BehaviorBuilder;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.japi.function.Creator;
import io.mocov3.actors.Dispatchers;
import io.mocov3.actors.OutOfMemoryGuard;
import io.mocov3.actors.Patience;
import io.mocov3.actors.evaluation.Evaluator;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.actors.events.StabilityPolicy;
import io.mocov3.actors.training.Checkpointer;
import io.mocov3.actors.training.Trainer;
import io.mocov3.actors.training.TrainingSession;
import io.mocov3.augment.SourceUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

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

  private record TrainerEvent(Trainer.Event event) implements Command {}

  private enum Retry implements Command {
    INSTANCE
  }

  private enum Look implements Command {
    INSTANCE
  }

  private record Looked(boolean found) implements Command {}

  /**
   * Everything the actors are made from. {@code requireData} throws while the images cannot be
   * reached, and may block. The outcome is completed exactly once.
   */
  public record Blueprint(
      TrainingSession.Factory sessions,
      StabilityPolicy policy,
      Behavior<Checkpointer.Command> checkpointer,
      Optional<Behavior<Evaluator.Command>> evaluator,
      Runnable requireData,
      Patience patience,
      EventSink events,
      CompletableFuture<TrainingOutcome> outcome) {}

  private final ActorContext<Command> context;
  private final Blueprint blueprint;
  private final ActorRef<Checkpointer.Command> checkpointer;
  private final Optional<ActorRef<Evaluator.Command>> evaluator;
  private ActorRef<Trainer.Command> trainer;
  private final TimerScheduler<Command> timers;
  private final DataWait dataWait;
  private final Attempts attempts = new Attempts();
  private int starts;
  private boolean stopping;

  private TrainingGuardian(
      ActorContext<Command> context, TimerScheduler<Command> timers, Blueprint blueprint) {
    this.context = context;
    this.timers = timers;
    this.blueprint = blueprint;
    dataWait = new DataWait(blueprint.patience().data());
    checkpointer =
        startPinned(Checkpointer.Command.class, blueprint.checkpointer(), "checkpointer");
    evaluator =
        blueprint
            .evaluator()
            .map(behavior -> startPinned(Evaluator.Command.class, behavior, "evaluator"));
    trainer = startTrainer(Optional.empty());
  }

  public static Behavior<Command> create(Blueprint blueprint) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    Behaviors.receive(Command.class)
                        .onMessageEquals(
                            Start.INSTANCE,
                            () -> new TrainingGuardian(context, timers, blueprint).training())
                        .onMessageEquals(Stop.INSTANCE, Behaviors::stopped)
                        .build()));
  }

  private Behavior<Command> training() {
    return messages(this::onStop).onMessage(TrainerEvent.class, this::onTrainerEvent).build();
  }

  private Behavior<Command> waitingForData(Trainer.DataFailed failed) {
    return messages(() -> end(new TrainingOutcome.Interrupted(failed.step(), failed.saved())))
        .onMessageEquals(Look.INSTANCE, this::onLook)
        .onMessage(Looked.class, looked -> onLooked(looked, failed))
        .build();
  }

  private Behavior<Command> waitingToRetry(String failure) {
    return messages(
            () ->
                end(
                    new TrainingOutcome.Failed(
                        "stopped before another attempt; training had failed: " + failure)))
        .onMessageEquals(
            Retry.INSTANCE,
            () -> {
              trainer = startTrainer(Optional.empty());
              return training();
            })
        .onMessage(TrainerEvent.class, late -> Behaviors.same())
        .build();
  }

  /** What is answered in every phase. */
  private BehaviorBuilder<Command> messages(Creator<Behavior<Command>> onStop) {
    return Behaviors.receive(Command.class)
        .onMessageEquals(Stop.INSTANCE, onStop)
        .onMessage(GiveUp.class, message -> end(new TrainingOutcome.Failed(message.reason())))
        .onSignal(ChildFailed.class, this::onChildFailed)
        .onSignal(Terminated.class, terminated -> Behaviors.same());
  }

  private ActorRef<Trainer.Command> startTrainer(Optional<Interruption> interruption) {
    ActorRef<Trainer.Event> events = context.messageAdapter(Trainer.Event.class, TrainerEvent::new);
    return startPinned(
        Trainer.Command.class,
        Trainer.create(
            () -> blueprint.sessions().open(interruption),
            new Trainer.Peers(checkpointer, evaluator, events, blueprint.patience())),
        "trainer-" + starts++);
  }

  private <C> ActorRef<C> startPinned(Class<C> protocol, Behavior<C> behavior, String name) {
    ActorRef<C> started =
        context.spawn(
            OutOfMemoryGuard.around(protocol, behavior),
            name,
            DispatcherSelector.fromConfig(Dispatchers.PINNED));
    context.watch(started);
    return started;
  }

  private Behavior<Command> onTrainerEvent(TrainerEvent message) {
    return switch (message.event()) {
      case Trainer.Finished finished -> onFinished(finished);
      case Trainer.Interrupted interrupted -> onInterrupted(interrupted);
      case Trainer.Started started -> onStarted(started.step());
      case Trainer.DataFailed failed -> onDataFailed(failed);
    };
  }

  private Behavior<Command> onDataFailed(Trainer.DataFailed failed) {
    if (stopping) {
      return end(new TrainingOutcome.Interrupted(failed.step(), failed.saved()));
    }
    if (!(failed.cause() instanceof SourceUnavailableException)) {
      return end(new TrainingOutcome.Failed(ActorFailure.reason(failed.cause())));
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
                        ActorFailure.reason(failed.cause()),
                        failed.step(),
                        failed.saved() ? "is saved" : "could not be saved",
                        text(blueprint.patience().data()))));
    timers.startSingleTimer(Look.INSTANCE, dataWait.pause());
    return waitingForData(failed);
  }

  /** The storage may hang, so nobody waits for its answer but a thread that is there to wait. */
  private Behavior<Command> onLook() {
    context.pipeToSelf(
        CompletableFuture.runAsync(
                blueprint.requireData(),
                context.getSystem().dispatchers().lookup(DispatcherSelector.blocking()))
            .orTimeout(ANSWER.toSeconds(), TimeUnit.SECONDS),
        (done, failure) -> new Looked(failure == null));
    return Behaviors.same();
  }

  private Behavior<Command> onLooked(Looked looked, Trainer.DataFailed failed) {
    if (looked.found()) {
      blueprint
          .events()
          .on(
              new SideWork.DataFound(
                  "the images are back; went on after " + text(dataWait.waited())));
      trainer = startTrainer(Optional.empty());
      return training();
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

  private Behavior<Command> onStarted(long step) {
    attempts.started(step);
    return Behaviors.same();
  }

  private Behavior<Command> onInterrupted(Trainer.Interrupted interrupted) {
    Interruption interruption = interrupted.interruption();
    StabilityPolicy policy = blueprint.policy();
    Incident incident = interruption.incident();
    int rollbacks = interruption.adjustments().rollbacks();
    boolean again = policy.action() == StabilityPolicy.Action.ROLLBACK;
    if (stopping) {
      return end(new TrainingOutcome.Interrupted(incident.step(), interrupted.saved()));
    }
    if (again && rollbacks < policy.maxRollbacks()) {
      trainer = startTrainer(Optional.of(interruption));
      return Behaviors.same();
    }
    blueprint.events().on(new StabilityEvent.Stopped(incident.step(), incident));
    return end(
        new TrainingOutcome.Failed(
            again
                ? "diverged after %d rollbacks: %s".formatted(rollbacks, incident.line())
                : incident.line()));
  }

  private Behavior<Command> onFinished(Trainer.Finished finished) {
    if (stopping) {
      return end(new TrainingOutcome.Interrupted(finished.step(), finished.saved()));
    }
    return end(
        finished.saved()
            ? new TrainingOutcome.Completed(finished.step())
            : new TrainingOutcome.Failed(
                "the last checkpoint could not be written within %s (the warnings tell why); the same command goes on from the newest one"
                    .formatted(text(blueprint.patience().checkpoint()))));
  }

  private Behavior<Command> onStop() {
    stopping = true;
    trainer.tell(Trainer.Stop.INSTANCE);
    return Behaviors.same();
  }

  private Behavior<Command> onChildFailed(ChildFailed failed) {
    ActorFailure failure = ActorFailure.of(failed);
    blueprint.events().on(new SideWork.ActorFailed(failure.actor(), failure.reason()));
    if (failure.hopeless()) {
      return end(new TrainingOutcome.Failed(failure.reason()));
    }
    if (!failed.getRef().path().equals(trainer.path())) {
      return end(new TrainingOutcome.Failed(failure.actor() + " failed: " + failure.reason()));
    }
    attempts.failed();
    if (stopping || attempts.areOver()) {
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
    return waitingToRetry(failure.reason());
  }

  private static String text(Duration duration) {
    return duration.toSeconds() % 60 == 0 && duration.toSeconds() > 0
        ? duration.toMinutes() + " min"
        : duration.toSeconds() + " s";
  }

  private Behavior<Command> end(TrainingOutcome outcome) {
    blueprint.outcome().complete(outcome);
    return Behaviors.stopped();
  }
}
