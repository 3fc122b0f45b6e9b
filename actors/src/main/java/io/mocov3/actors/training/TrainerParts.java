package io.mocov3.actors.training;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.StashBuffer;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mocov3.actors.ActorFailedException;
import io.mocov3.actors.checkpoint.Checkpointer.Written;
import io.mocov3.actors.evaluation.Evaluator.Evaluated;
import io.mocov3.actors.session.TrainingSession;
import io.mocov3.actors.training.TrainerCommand.Abandon;
import io.mocov3.actors.training.TrainerCommand.CheckpointWritten;
import io.mocov3.actors.training.TrainerCommand.Keys;
import io.mocov3.actors.training.TrainerCommand.ProbeDone;
import io.mocov3.actors.training.TrainerCommand.RetryWrite;
import io.mocov3.actors.training.TrainerCommand.StreamStarted;
import io.mocov3.actors.training.TrainerCommand.TrainBatch;
import java.util.function.Function;

/** What the trainer works with, and what it does alike in every phase. */
final class TrainerParts {
  private final TrainingSession session;
  private final ActorRef<TrainerEvent> guardian;
  private final BatchFeed feed;
  private final Saving saving;
  private final Probing probing;
  private final Operating operating;
  private final Heartbeat heartbeat;

  /** Takes over the session. */
  TrainerParts(
      ActorContext<TrainerCommand> context,
      TimerScheduler<TrainerCommand> timers,
      StashBuffer<TrainerCommand> putOff,
      TrainingSession session,
      Trainer.Peers peers,
      BatchFeed.Factory feeds) {
    this.session = session;
    guardian = peers.guardian();
    saving =
        new Saving(
            session,
            peers,
            context.messageAdapter(Written.class, CheckpointWritten::new),
            timers,
            RetryWrite.INSTANCE);
    probing =
        new Probing(
            session, peers.evaluator(), context.messageAdapter(Evaluated.class, ProbeDone::new));
    operating = new Operating(session, saving, probing, putOff);
    heartbeat = new Heartbeat(session.ranks(), guardian, timers);
    feed = feeds.open(session.batches(), context);
  }

  TrainingSession session() {
    return session;
  }

  BatchFeed feed() {
    return feed;
  }

  Saving saving() {
    return saving;
  }

  Probing probing() {
    return probing;
  }

  Operating operating() {
    return operating;
  }

  Heartbeat heartbeat() {
    return heartbeat;
  }

  void tell(TrainerEvent event) {
    guardian.tell(event);
  }

  Behavior<TrainerCommand> phase(Function<TrainerCommand, Behavior<TrainerCommand>> onCommand) {
    return Behaviors.receive(
        (context, command) -> onCommand.apply(command), (context, signal) -> signal(signal));
  }

  /** The guardian hears of the momentum encoder's cause: both are rebuilt together. */
  private Behavior<TrainerCommand> signal(Signal signal) {
    if (signal instanceof ChildFailed failed) {
      throw new ActorFailedException("momentum-encoder", failed.cause());
    }
    if (signal instanceof PostStop) {
      feed.stop();
      operating.close();
      session.close();
    }
    return Behaviors.same();
  }

  static Behavior<TrainerCommand> then(Runnable done) {
    done.run();
    return Behaviors.same();
  }

  static Behavior<TrainerCommand> acknowledge(StreamStarted started) {
    return then(() -> started.ackTo().tell(Done.getInstance()));
  }

  static ActorFailedException abandoned(Abandon abandon) {
    return new ActorFailedException("trainer", new IllegalStateException(abandon.reason()));
  }

  /** Nothing that was handed over gets lost. */
  Behavior<TrainerCommand> unexpected(TrainerCommand command) {
    switch (command) {
      case Keys keys -> keys.ready().features().close();
      case TrainBatch batch -> batch.batch().close();
      default -> {}
    }
    session.warn(
        "the trainer was told %s out of turn, and ignored it"
            .formatted(command.getClass().getSimpleName()));
    return Behaviors.same();
  }
}
