package io.mocov3.actors.training;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.StashBuffer;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mocov3.actors.ActorFailedException;
import io.mocov3.actors.Dispatchers;
import io.mocov3.actors.OutOfMemoryGuard;
import io.mocov3.actors.Patience;
import io.mocov3.actors.checkpoint.Checkpointer;
import io.mocov3.actors.checkpoint.Checkpointer.Written;
import io.mocov3.actors.evaluation.Evaluator.Evaluated;
import io.mocov3.actors.training.MomentumEncoder.KeysReady;
import io.mocov3.actors.training.TrainerCommand.Abandon;
import io.mocov3.actors.training.TrainerCommand.Ask;
import io.mocov3.actors.training.TrainerCommand.BeginPaused;
import io.mocov3.actors.training.TrainerCommand.CheckpointWritten;
import io.mocov3.actors.training.TrainerCommand.Keys;
import io.mocov3.actors.training.TrainerCommand.ProbeDone;
import io.mocov3.actors.training.TrainerCommand.RetryWrite;
import io.mocov3.actors.training.TrainerCommand.Stop;
import io.mocov3.actors.training.TrainerCommand.StreamEnded;
import io.mocov3.actors.training.TrainerCommand.StreamFailed;
import io.mocov3.actors.training.TrainerCommand.StreamStarted;
import io.mocov3.actors.training.TrainerCommand.TrainBatch;
import io.mocov3.model.tensor.Threads;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Owns the device, the model and the optimizer. Takes a batch, has the keys encoded by {@link
 * MomentumEncoder} while it computes the queries itself, and updates. Acknowledges a batch when its
 * buffer is free again, so the stream never runs ahead of its buffers.
 */
public final class Trainer {

  /** The actors the trainer works with. */
  public record Peers(
      ActorRef<Checkpointer.Command> checkpointer,
      Optional<Probing.Peer> evaluator,
      ActorRef<TrainerEvent> guardian,
      Patience patience) {}

  /** Why there will be no more steps. */
  private sealed interface Ending {}

  private record AllDone() implements Ending {}

  private record Stopped() implements Ending {}

  private record DataGone(Throwable cause) implements Ending {}

  private static final String GOING_BACK = "training is going back to a checkpoint";

  private final TrainingSession session;
  private final Peers peers;
  private final ActorRef<MomentumEncoder.Command> momentumEncoder;
  private final ActorRef<KeysReady> keysAdapter;
  private final BatchFeed feed;
  private final Saving saving;
  private final Probing probing;
  private final Operating operating;

  private Trainer(
      ActorContext<TrainerCommand> context,
      TimerScheduler<TrainerCommand> timers,
      StashBuffer<TrainerCommand> putOff,
      TrainingSession session,
      Peers peers,
      BatchFeed.Factory feeds) {
    this.session = session;
    this.peers = peers;
    momentumEncoder =
        context.spawn(
            OutOfMemoryGuard.around(
                MomentumEncoder.Command.class, MomentumEncoder.create(session.model())),
            "momentum-encoder",
            DispatcherSelector.fromConfig(Dispatchers.PINNED));
    context.watch(momentumEncoder);
    keysAdapter = context.messageAdapter(KeysReady.class, Keys::new);
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
    feed = feeds.open(session.batches(), context);
  }

  /** The session is opened on the trainer's own thread and closed with it. */
  public static Behavior<TrainerCommand> create(Supplier<TrainingSession> session, Peers peers) {
    return create(session, peers, BatchFeed::stream);
  }

  static Behavior<TrainerCommand> create(
      Supplier<TrainingSession> session, Peers peers, BatchFeed.Factory feeds) {
    return Behaviors.setup(
        context -> {
          Threads.adopt();
          return Behaviors.withTimers(
              timers ->
                  Behaviors.withStash(
                      Operating.MOST_PUT_OFF,
                      putOff ->
                          new Trainer(context, timers, putOff, session.get(), peers, feeds)
                              .begin()));
        });
  }

  private Behavior<TrainerCommand> begin() {
    peers.guardian().tell(new TrainerEvent.Started(session.step()));
    saving.writeIfDue(session.isRolledBack());
    probing.runIf(session.firstProbeDue());
    return waitingForBatch();
  }

  private Behavior<TrainerCommand> waitingForBatch() {
    return phase(
        command ->
            switch (command) {
              case TrainBatch batch -> train(batch);
              case StreamStarted started -> acknowledge(started.ackTo());
              case StreamEnded ended -> finish(new AllDone());
              case StreamFailed failed -> finish(new DataGone(failed.cause()));
              case Stop stop -> stop();
              case Ask ask -> answer(ask, Optional.empty(), false);
              case BeginPaused begin -> pause(Optional.empty());
              case RetryWrite retry -> then(() -> saving.retry(true));
              case CheckpointWritten done -> then(() -> writtenAtRest(done));
              case ProbeDone done -> then(() -> probedAtRest(done));
              case Abandon abandon -> abandon(abandon);
              case Keys keys -> unexpected(keys);
            });
  }

  /** No step until somebody resumes; a batch that is there already is kept. */
  private Behavior<TrainerCommand> paused(Optional<TrainBatch> held) {
    return phase(
        command ->
            switch (command) {
              case TrainBatch batch -> paused(Optional.of(batch));
              case StreamStarted started -> acknowledge(started.ackTo());
              case StreamEnded ended -> held.isPresent() ? Behaviors.same() : finish(new AllDone());
              case StreamFailed failed -> leave(held, () -> finish(new DataGone(failed.cause())));
              case Stop stop -> leave(held, this::stop);
              case Ask ask -> answer(ask, held, true);
              case RetryWrite retry -> then(() -> saving.retry(true));
              case CheckpointWritten done -> then(() -> writtenAtRest(done));
              case ProbeDone done -> then(() -> probedAtRest(done));
              case Abandon abandon -> leave(held, () -> abandon(abandon));
              case BeginPaused begin -> Behaviors.same();
              case Keys keys -> unexpected(keys);
            });
  }

  /** {@code ending} is what there is to do after this step, if not the next one. */
  private Behavior<TrainerCommand> waitingForKeys(ActorRef<Done> ackTo, Optional<Ending> ending) {
    return phase(
        command ->
            switch (command) {
              case Keys keys -> completed(keys, ackTo, ending);
              case StreamStarted started -> acknowledge(started.ackTo());
              case StreamEnded ended -> Behaviors.same();
              case StreamFailed failed ->
                  waitingForKeys(ackTo, ending.or(() -> Optional.of(new DataGone(failed.cause()))));
              case Stop stop -> {
                saving.stopRequested();
                yield waitingForKeys(ackTo, Optional.of(new Stopped()));
              }
              case Ask ask -> then(() -> operating.putOff(ask));
              case RetryWrite retry -> then(() -> saving.retry(false));
              case CheckpointWritten done -> then(() -> saving.written(done.written(), false));
              case ProbeDone done -> then(() -> probing.done(done.evaluated()));
              case Abandon abandon -> abandon(abandon);
              case BeginPaused begin -> unexpected(begin);
              case TrainBatch batch -> unexpected(batch);
            });
  }

  /** No more steps: the last one is saved, and at the end of training its probe waited for. */
  private Behavior<TrainerCommand> finishing(Ending ending) {
    return phase(
        command ->
            switch (command) {
              case CheckpointWritten done -> {
                saving.written(done.written(), true);
                yield reportWhenIdle(ending, Behaviors.same());
              }
              case ProbeDone done -> {
                probing.done(done.evaluated());
                probing.runIf(session.isComplete() && session.probeMissing());
                yield reportWhenIdle(ending, Behaviors.same());
              }
              case RetryWrite retry -> then(() -> saving.retry(true));
              case Stop stop -> stop();
              case Ask ask -> then(() -> ask.caller().refused(Operating.ENDED));
              case TrainBatch late -> then(late.batch()::close);
              case StreamStarted started -> acknowledge(started.ackTo());
              case StreamEnded ended -> Behaviors.same();
              case StreamFailed failed -> Behaviors.same();
              case BeginPaused begin -> Behaviors.same();
              case Abandon abandon -> abandon(abandon);
              case Keys keys -> unexpected(keys);
            });
  }

  /** After an incident: a checkpoint on its way is from before it and is waited for. */
  private Behavior<TrainerCommand> interrupted() {
    return phase(
        command ->
            switch (command) {
              case CheckpointWritten done -> {
                saving.written(done.written(), false);
                yield interrupt();
              }
              case ProbeDone done -> then(() -> probing.done(done.evaluated()));
              case TrainBatch late -> then(late.batch()::close);
              case Ask ask -> then(() -> ask.caller().refused(GOING_BACK));
              case StreamStarted started -> acknowledge(started.ackTo());
              case StreamEnded ended -> Behaviors.same();
              case StreamFailed failed -> Behaviors.same();
              case RetryWrite retry -> Behaviors.same();
              case Stop stop ->
                  Behaviors.same(); // it ends as soon as it can, and says what is saved
              case Abandon abandon -> abandon(abandon);
              case BeginPaused begin -> unexpected(begin);
              case Keys keys -> unexpected(keys);
            });
  }

  private Behavior<TrainerCommand> phase(
      Function<TrainerCommand, Behavior<TrainerCommand>> onCommand) {
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

  private static Behavior<TrainerCommand> then(Runnable done) {
    done.run();
    return Behaviors.same();
  }

  /** Nothing that was handed over gets lost. */
  private Behavior<TrainerCommand> unexpected(TrainerCommand command) {
    switch (command) {
      case Keys keys -> keys.ready().targets().close();
      case TrainBatch batch -> batch.batch().close();
      default -> {}
    }
    session.warn(
        "the trainer was told %s out of turn, and ignored it"
            .formatted(command.getClass().getSimpleName()));
    return Behaviors.same();
  }

  /** With the model at rest; {@code held} is a batch that waits while training is paused. */
  private Behavior<TrainerCommand> answer(Ask ask, Optional<TrainBatch> held, boolean paused) {
    return switch (operating.answer(ask, paused)) {
      case SAME -> Behaviors.same();
      case PAUSE -> pause(held);
      case RESUME -> resume(held);
      case GO_BACK -> {
        feed.stop();
        yield leave(held, this::interrupt);
      }
    };
  }

  private Behavior<TrainerCommand> pause(Optional<TrainBatch> held) {
    peers.guardian().tell(new TrainerEvent.Paused(session.step()));
    return paused(held);
  }

  private Behavior<TrainerCommand> resume(Optional<TrainBatch> held) {
    session.idleFromNow();
    peers.guardian().tell(new TrainerEvent.Resumed(session.step()));
    return held.map(this::train).orElseGet(this::waitingForBatch);
  }

  private static Behavior<TrainerCommand> leave(
      Optional<TrainBatch> held, Supplier<Behavior<TrainerCommand>> next) {
    held.ifPresent(batch -> batch.batch().close());
    return next.get();
  }

  private void writtenAtRest(CheckpointWritten done) {
    saving.written(done.written(), false);
    saving.writeIfDue(saving.isRequested());
  }

  private void probedAtRest(ProbeDone done) {
    probing.done(done.evaluated());
    probing.runIf(probing.isRequested());
  }

  private static Behavior<TrainerCommand> abandon(Abandon abandon) {
    throw new ActorFailedException("trainer", new IllegalStateException(abandon.reason()));
  }

  private static Behavior<TrainerCommand> acknowledge(ActorRef<Done> ackTo) {
    ackTo.tell(Done.getInstance());
    return Behaviors.same();
  }

  private Behavior<TrainerCommand> train(TrainBatch message) {
    momentumEncoder.tell(session.begin(message.batch(), keysAdapter));
    session.computeQueries();
    return waitingForKeys(message.ackTo(), Optional.empty());
  }

  private Behavior<TrainerCommand> completed(
      Keys keys, ActorRef<Done> ackTo, Optional<Ending> ending) {
    session.complete(keys.ready().targets());
    ackTo.tell(Done.getInstance());
    return operating.answeredIn(afterStep(ending));
  }

  private Behavior<TrainerCommand> afterStep(Optional<Ending> ending) {
    if (session.interruption().isPresent()) {
      feed.stop();
      return interrupt();
    }
    saving.afterStep();
    probing.runIf(session.probeDue() || probing.isRequested());
    boolean stopped = ending.filter(Stopped.class::isInstance).isPresent();
    if (session.isComplete() && !stopped) {
      return finish(new AllDone());
    }
    return ending.map(this::finish).orElseGet(this::waitingForBatch);
  }

  private Behavior<TrainerCommand> interrupt() {
    return saving.isWriting()
        ? interrupted()
        : end(
            new TrainerEvent.Interrupted(
                session.interruption().orElseThrow(),
                !session.hasUnsavedSteps(),
                operating.goingBack()));
  }

  private Behavior<TrainerCommand> stop() {
    saving.stopRequested();
    return finish(new Stopped());
  }

  private Behavior<TrainerCommand> finish(Ending ending) {
    feed.stop();
    saving.writeIfDue(session.hasUnsavedSteps());
    return reportWhenIdle(ending, finishing(ending));
  }

  /**
   * A stop does not wait for a probe; the end of training does, so that its last point is there.
   */
  private Behavior<TrainerCommand> reportWhenIdle(
      Ending ending, Behavior<TrainerCommand> otherwise) {
    boolean waits = !saving.isSettled() || (ending instanceof AllDone && probing.isRunning());
    if (waits) {
      return otherwise;
    }
    boolean saved = !session.hasUnsavedSteps();
    return end(
        switch (ending) {
          case AllDone done -> new TrainerEvent.Finished(session.step(), saved);
          case Stopped stopped -> new TrainerEvent.Finished(session.step(), saved);
          case DataGone gone -> new TrainerEvent.DataFailed(session.step(), saved, gone.cause());
        });
  }

  /** The guardian hears of it when the session is closed: two models at once may not fit. */
  private Behavior<TrainerCommand> end(TrainerEvent event) {
    return Behaviors.stopped(() -> peers.guardian().tell(event));
  }
}
