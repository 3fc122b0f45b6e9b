package io.mocov3.actors.training;

import static io.mocov3.actors.training.TrainerParts.abandoned;
import static io.mocov3.actors.training.TrainerParts.acknowledge;
import static io.mocov3.actors.training.TrainerParts.then;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.actors.Dispatchers;
import io.mocov3.actors.OutOfMemoryGuard;
import io.mocov3.actors.Patience;
import io.mocov3.actors.checkpoint.Checkpointer;
import io.mocov3.actors.session.TrainingSession;
import io.mocov3.actors.training.Ending.AllDone;
import io.mocov3.actors.training.Ending.Cause;
import io.mocov3.actors.training.Ending.DataGone;
import io.mocov3.actors.training.Ending.Stopped;
import io.mocov3.actors.training.MomentumEncoder.EncodeKeys;
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
import io.mocov3.actors.training.TrainerCommand.Tick;
import io.mocov3.actors.training.TrainerCommand.TrainBatch;
import io.mocov3.model.device.Threads;
import io.mocov3.model.distributed.GroupException;
import io.mocov3.model.step.Pending;
import java.util.Optional;
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

  private static final String RANK_GONE = "another rank is gone";

  private final TrainerParts parts;
  private final TrainingSession session;
  private final Saving saving;
  private final Probing probing;
  private final Ending ending;
  private final ActorRef<MomentumEncoder.Command> momentumEncoder;
  private final ActorRef<KeysReady> keysAdapter;

  private Trainer(ActorContext<TrainerCommand> context, TrainerParts parts) {
    this.parts = parts;
    session = parts.session();
    saving = parts.saving();
    probing = parts.probing();
    ending = new Ending(parts);
    momentumEncoder =
        context.spawn(
            OutOfMemoryGuard.around(
                MomentumEncoder.Command.class, MomentumEncoder.create(session.model())),
            "momentum-encoder",
            DispatcherSelector.fromConfig(
                Threads.twoPoolsFit(session.model().placement())
                    ? Dispatchers.PINNED
                    : Dispatchers.TRAINING));
    context.watch(momentumEncoder);
    keysAdapter = context.messageAdapter(KeysReady.class, Keys::new);
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
                          new Trainer(
                                  context,
                                  new TrainerParts(
                                      context, timers, putOff, session.get(), peers, feeds))
                              .begin()));
        });
  }

  private Behavior<TrainerCommand> begin() {
    parts.tell(new TrainerEvent.Started(session.step(), session.wentBack()));
    saving.writeIfDue(session.isRolledBack());
    probing.runIf(session.firstProbeDue());
    return waitingForBatch();
  }

  private Behavior<TrainerCommand> waitingForBatch() {
    return parts.phase(
        command ->
            switch (command) {
              case TrainBatch batch -> train(batch);
              case StreamStarted started -> acknowledge(started);
              case StreamEnded ended -> ending.finish(new AllDone());
              case StreamFailed failed -> ending.finish(new DataGone(failed.cause()));
              case Stop stop -> ending.stop();
              case Ask ask -> answer(ask, Optional.empty(), false);
              case BeginPaused begin -> pause(Optional.empty());
              case RetryWrite retry -> then(() -> saving.retry(true));
              case CheckpointWritten done -> then(() -> writtenAtRest(done));
              case ProbeDone done -> then(() -> probedAtRest(done));
              case Tick tick -> inTouch(Optional.empty());
              case Abandon abandon -> throw abandoned(abandon);
              case Keys keys -> parts.unexpected(keys);
            });
  }

  /** No step until somebody resumes; a batch that is there already is kept. */
  private Behavior<TrainerCommand> paused(Optional<TrainBatch> held) {
    return parts.phase(
        command ->
            switch (command) {
              case TrainBatch batch -> paused(Optional.of(batch));
              case StreamStarted started -> acknowledge(started);
              case StreamEnded ended ->
                  held.isPresent() ? Behaviors.same() : ending.finish(new AllDone());
              case StreamFailed failed ->
                  leave(held, () -> ending.finish(new DataGone(failed.cause())));
              case Stop stop -> leave(held, ending::stop);
              case Ask ask -> answer(ask, held, true);
              case RetryWrite retry -> then(() -> saving.retry(true));
              case CheckpointWritten done -> then(() -> writtenAtRest(done));
              case ProbeDone done -> then(() -> probedAtRest(done));
              case Tick tick -> inTouch(held);
              case Abandon abandon -> throw abandoned(abandon);
              case BeginPaused begin -> Behaviors.same();
              case Keys keys -> parts.unexpected(keys);
            });
  }

  /** {@code cause} says why the step under way is the last one, if so. */
  private Behavior<TrainerCommand> waitingForKeys(ActorRef<Done> ackTo, Optional<Cause> cause) {
    return parts.phase(
        command ->
            switch (command) {
              case Keys keys -> completed(keys, ackTo, cause);
              case StreamStarted started -> acknowledge(started);
              case StreamEnded ended -> Behaviors.same();
              case StreamFailed failed ->
                  waitingForKeys(ackTo, cause.or(() -> Optional.of(new DataGone(failed.cause()))));
              case Stop stop -> {
                saving.stopRequested();
                yield waitingForKeys(ackTo, Optional.of(new Stopped()));
              }
              case Ask ask -> then(() -> parts.operating().putOff(ask));
              case RetryWrite retry -> then(() -> saving.retry(false));
              case CheckpointWritten done -> then(() -> saving.written(done.written(), false));
              case ProbeDone done -> then(() -> probing.done(done.evaluated()));
              case Tick tick -> Behaviors.same();
              case Abandon abandon -> throw abandoned(abandon);
              case BeginPaused begin -> parts.unexpected(begin);
              case TrainBatch batch -> parts.unexpected(batch);
            });
  }

  private Behavior<TrainerCommand> inTouch(Optional<TrainBatch> held) {
    try {
      parts.heartbeat().keep();
      return Behaviors.same();
    } catch (GroupException e) {
      return leave(held, () -> ending.rankGone(e.getMessage()));
    }
  }

  /** With the model at rest; {@code held} is a batch that waits while training is paused. */
  private Behavior<TrainerCommand> answer(Ask ask, Optional<TrainBatch> held, boolean paused) {
    return switch (parts.operating().answer(ask, paused)) {
      case SAME -> Behaviors.same();
      case PAUSE -> pause(held);
      case RESUME -> resume(held);
      case GO_BACK -> {
        parts.feed().stop();
        yield leave(held, ending::interrupt);
      }
    };
  }

  private Behavior<TrainerCommand> pause(Optional<TrainBatch> held) {
    parts.tell(new TrainerEvent.Paused(session.step()));
    return paused(held);
  }

  private Behavior<TrainerCommand> resume(Optional<TrainBatch> held) {
    session.idleFromNow();
    parts.tell(new TrainerEvent.Resumed(session.step()));
    return held.map(this::train).orElseGet(this::waitingForBatch);
  }

  private static Behavior<TrainerCommand> leave(
      Optional<TrainBatch> held, Supplier<Behavior<TrainerCommand>> next) {
    held.ifPresent(batch -> batch.batch().close());
    return next.get();
  }

  private void writtenAtRest(CheckpointWritten done) {
    saving.written(done.written(), false);
    saving.goOn();
  }

  private void probedAtRest(ProbeDone done) {
    probing.done(done.evaluated());
    probing.runIf(probing.isRequested());
  }

  private Behavior<TrainerCommand> train(TrainBatch message) {
    Pending step;
    try {
      step = session.begin(message.batch());
    } catch (GroupException e) {
      message.batch().close();
      return ending.rankGone(e.getMessage());
    }
    momentumEncoder.tell(new EncodeKeys(step, keysAdapter));
    try {
      session.computeQueries();
    } catch (GroupException e) {
      return ending.abandonStep(e.getMessage());
    }
    return waitingForKeys(message.ackTo(), Optional.empty());
  }

  private Behavior<TrainerCommand> completed(
      Keys keys, ActorRef<Done> ackTo, Optional<Cause> cause) {
    try {
      session.complete(keys.ready().features());
    } catch (GroupException e) {
      return parts.operating().answeredIn(ending.rankGone(e.getMessage()));
    }
    saving.askForNext(ackTo);
    return parts.operating().answeredIn(afterStep(cause));
  }

  private Behavior<TrainerCommand> afterStep(Optional<Cause> cause) {
    if (session.interruption().isPresent()) {
      parts.feed().stop();
      return ending.interrupt();
    }
    if (session.ranks().isLost()) {
      return ending.rankGone(RANK_GONE);
    }
    parts.heartbeat().askForStop();
    saving.afterStep();
    probing.runIf(session.probeDue() || probing.isRequested());
    boolean stopped = cause.filter(Stopped.class::isInstance).isPresent();
    if (session.isComplete() && !stopped) {
      return ending.finish(new AllDone());
    }
    return cause.map(ending::finish).orElseGet(this::waitingForBatch);
  }
}
