package io.mocov3.actors;

import akka.actor.ActorInitializationException;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.metrics.TrainingMetrics;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Starts the actors, passes their references, and rebuilds the trainer with its momentum encoder
 * from the newest valid checkpoint when one of them fails: never a restart around a half-updated
 * model. Attempts without progress are bounded.
 */
public final class TrainingGuardian {
  private static final int ATTEMPTS = 3;

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

  private record TrainerEvent(Trainer.Event event) implements Command {}

  /** Everything the actors are made from. The outcome is completed exactly once. */
  public record Blueprint(
      TrainingSession.Factory sessions,
      StabilityPolicy policy,
      Behavior<Checkpointer.Command> checkpointer,
      Optional<Behavior<Evaluator.Command>> evaluator,
      TrainingMetrics metrics,
      RunLog log,
      CompletableFuture<TrainingOutcome> outcome) {}

  private final ActorContext<Command> context;
  private final Blueprint blueprint;
  private final ActorRef<Checkpointer.Command> checkpointer;
  private final Optional<ActorRef<Evaluator.Command>> evaluator;
  private ActorRef<Trainer.Command> trainer;
  private int failures;
  private int starts;
  private boolean stopping;

  private TrainingGuardian(ActorContext<Command> context, Blueprint blueprint) {
    this.context = context;
    this.blueprint = blueprint;
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
            Behaviors.receive(Command.class)
                .onMessageEquals(
                    Start.INSTANCE, () -> new TrainingGuardian(context, blueprint).training())
                .onMessageEquals(Stop.INSTANCE, Behaviors::stopped)
                .build());
  }

  private Behavior<Command> training() {
    return Behaviors.receive(Command.class)
        .onMessage(TrainerEvent.class, this::onTrainerEvent)
        .onMessageEquals(Stop.INSTANCE, this::onStop)
        .onSignal(ChildFailed.class, this::onChildFailed)
        .onSignal(Terminated.class, terminated -> Behaviors.same())
        .build();
  }

  private ActorRef<Trainer.Command> startTrainer(Optional<Interruption> interruption) {
    ActorRef<Trainer.Event> events = context.messageAdapter(Trainer.Event.class, TrainerEvent::new);
    return startPinned(
        Trainer.Command.class,
        Trainer.create(
            () -> blueprint.sessions().open(interruption),
            new Trainer.Peers(checkpointer, evaluator, events)),
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
      case Trainer.Interrupted interrupted -> onInterrupted(interrupted.interruption());
      case Trainer.DataFailed failed -> end(new TrainingOutcome.Failed(failed.reason()));
    };
  }

  private Behavior<Command> onInterrupted(Interruption interruption) {
    StabilityPolicy policy = blueprint.policy();
    Incident incident = interruption.incident();
    int rollbacks = interruption.adjustments().rollbacks();
    boolean again = policy.action() == StabilityPolicy.Action.ROLLBACK;
    if (stopping) {
      return end(new TrainingOutcome.Interrupted(incident.step(), true));
    }
    if (again && rollbacks < policy.maxRollbacks()) {
      trainer = startTrainer(Optional.of(interruption));
      return Behaviors.same();
    }
    blueprint.log().event(new StabilityEvent.Stopped(incident.step(), incident));
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
            : new TrainingOutcome.Failed("the last checkpoint could not be written"));
  }

  private Behavior<Command> onStop() {
    stopping = true;
    trainer.tell(Trainer.Stop.INSTANCE);
    return Behaviors.same();
  }

  private Behavior<Command> onChildFailed(ChildFailed failed) {
    String name = failed.getRef().path().name();
    String reason = reason(failed.cause());
    blueprint.metrics().actorFailed(name.replaceFirst("-\\d+$", ""));
    Optional<OutOfMemoryException> memory = OutOfMemoryException.of(failed.cause());
    if (memory.isPresent()) {
      return end(new TrainingOutcome.Failed(memory.get().getMessage()));
    }
    if (!failed.getRef().path().equals(trainer.path())) {
      return end(new TrainingOutcome.Failed(name + " failed: " + reason));
    }
    if (failed.cause() instanceof ActorInitializationException init
        && init.getCause() instanceof RollbackImpossibleException) {
      return end(new TrainingOutcome.Failed(reason));
    }
    failures++;
    if (stopping || failures >= ATTEMPTS) {
      return end(
          new TrainingOutcome.Failed(
              "training failed %d times, last: %s".formatted(failures, reason)));
    }
    blueprint
        .log()
        .warning(
            "the trainer failed (%s); going on from the newest checkpoint, attempt %d of %d"
                .formatted(reason, failures + 1, ATTEMPTS));
    trainer = startTrainer(Optional.empty());
    return Behaviors.same();
  }

  private static String reason(Throwable cause) {
    boolean wrapped = cause instanceof ActorInitializationException && cause.getCause() != null;
    return wrapped ? reason(cause.getCause()) : String.valueOf(cause.getMessage());
  }

  private Behavior<Command> end(TrainingOutcome outcome) {
    blueprint.outcome().complete(outcome);
    return Behaviors.stopped();
  }
}
