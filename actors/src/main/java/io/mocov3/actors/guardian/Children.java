package io.mocov3.actors.guardian;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.ActorContext;
import io.mocov3.actors.Dispatchers;
import io.mocov3.actors.OutOfMemoryGuard;
import io.mocov3.actors.checkpoint.Checkpointer;
import io.mocov3.actors.evaluation.Evaluator;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.session.TrainingSession;
import io.mocov3.actors.training.Probing;
import io.mocov3.actors.training.Trainer;
import io.mocov3.actors.training.TrainerCommand;
import io.mocov3.actors.training.TrainerEvent;
import java.util.Optional;
import java.util.function.Supplier;

/** The actors below the guardian, watched, each on a thread of its own. */
final class Children {
  /** How a trainer is made; it opens its session itself. */
  @FunctionalInterface
  interface TrainerFactory {
    Behavior<TrainerCommand> trainer(Supplier<TrainingSession> session, Trainer.Peers peers);
  }

  private final TrainerFactory trainers;
  private final ActorContext<?> context;
  private final Blueprint blueprint;
  private final ActorRef<Checkpointer.Command> checkpointer;
  private final Optional<Probing.Peer> evaluator;
  private Optional<ActorRef<TrainerCommand>> trainer = Optional.empty();
  private int started;

  Children(ActorContext<?> context, Blueprint blueprint, TrainerFactory trainers) {
    this.trainers = trainers;
    this.context = context;
    this.blueprint = blueprint;
    checkpointer =
        start(
            Checkpointer.Command.class,
            blueprint.checkpointer(),
            "checkpointer",
            Dispatchers.PINNED);
    evaluator =
        blueprint
            .evaluator()
            .map(
                desk ->
                    new Probing.Peer(
                        start(
                            Evaluator.Command.class,
                            desk.behavior(),
                            "evaluator",
                            Dispatchers.EVALUATION),
                        desk.tickets()));
  }

  ActorRef<Checkpointer.Command> checkpointer() {
    return checkpointer;
  }

  ActorRef<TrainerCommand> trainer() {
    return trainer.orElseThrow();
  }

  boolean isTrainer(ActorRef<?> child) {
    return trainer.isPresent() && trainer.get().path().equals(child.path());
  }

  /** The one before must have ended. */
  void startTrainer(Optional<Interruption> interruption, ActorRef<TrainerEvent> replyTo) {
    trainer =
        Optional.of(
            start(
                TrainerCommand.class,
                trainers.trainer(
                    () -> blueprint.sessions().open(interruption),
                    new Trainer.Peers(checkpointer, evaluator, replyTo, blueprint.patience())),
                "trainer-" + started++,
                Dispatchers.TRAINING));
  }

  private <C> ActorRef<C> start(
      Class<C> protocol, Behavior<C> behavior, String name, String dispatcher) {
    ActorRef<C> started =
        context.spawn(
            OutOfMemoryGuard.around(protocol, behavior),
            name,
            DispatcherSelector.fromConfig(dispatcher));
    context.watch(started);
    return started;
  }
}
