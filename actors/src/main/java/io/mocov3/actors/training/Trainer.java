package io.mocov3.actors.training;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.BehaviorBuilder;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.stream.KillSwitches;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.Keep;
import akka.stream.typed.javadsl.ActorSink;
import io.mocov3.actors.ActorFailedException;
import io.mocov3.actors.Dispatchers;
import io.mocov3.actors.OutOfMemoryGuard;
import io.mocov3.actors.Patience;
import io.mocov3.actors.evaluation.Evaluator;
import io.mocov3.actors.evaluation.Evaluator.Evaluated;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.training.Checkpointer.Written;
import io.mocov3.actors.training.MomentumEncoder.KeysReady;
import io.mocov3.actors.views.Batch;
import io.mocov3.model.tensor.Threads;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Owns the device, the model and the optimizer. Takes a batch, has the keys encoded by {@link
 * MomentumEncoder} while it computes the queries itself, and updates. Acknowledges a batch when its
 * buffer is free again, so the stream never runs ahead of its buffers.
 */
public final class Trainer {

  /** What the trainer is told. */
  public sealed interface Command {}

  /** Save and stop; the guardian is told through {@link Event}. */
  public enum Stop implements Command {
    INSTANCE
  }

  /** What the trainer tells the guardian. */
  public sealed interface Event {}

  /**
   * No more steps: all are done, or a stop was asked for; {@code saved} tells of the checkpoint.
   */
  public record Finished(long step, boolean saved) implements Event {}

  /** The batches ended with an error after {@code step}; {@code saved} as above. */
  public record DataFailed(long step, boolean saved, Throwable cause) implements Event {}

  /** A session is open, with so many steps done. */
  public record Started(long step) implements Event {}

  /**
   * Training must not go on like this; nothing is being written any more. {@code saved} tells
   * whether a checkpoint holds the last step.
   */
  public record Interrupted(Interruption interruption, boolean saved) implements Event {}

  private enum RetryWrite implements Command {
    INSTANCE
  }

  private record StreamStarted(ActorRef<Done> ackTo) implements Command {}

  private record TrainBatch(ActorRef<Done> ackTo, Batch batch) implements Command {}

  private record StreamEnded() implements Command {}

  private record StreamFailed(Throwable cause) implements Command {}

  private record Keys(KeysReady ready) implements Command {}

  private record CheckpointWritten(Written written) implements Command {}

  private record ProbeDone(Evaluated evaluated) implements Command {}

  /** The actors the trainer works with. */
  public record Peers(
      ActorRef<Checkpointer.Command> checkpointer,
      Optional<ActorRef<Evaluator.Command>> evaluator,
      ActorRef<Event> guardian,
      Patience patience) {}

  private final TrainingSession session;
  private final Peers peers;
  private final ActorRef<MomentumEncoder.Command> momentumEncoder;
  private final ActorRef<KeysReady> keysAdapter;
  private final ActorRef<Evaluated> evaluatedAdapter;
  private final UniqueKillSwitch stream;
  private final Saving saving;

  private Optional<ActorRef<Done>> pendingAck = Optional.empty();
  private boolean stopping;
  private boolean probing;
  private Optional<Throwable> dataFailure = Optional.empty();

  private Trainer(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      TrainingSession session,
      Peers peers) {
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
    evaluatedAdapter = context.messageAdapter(Evaluated.class, ProbeDone::new);
    stream =
        session
            .batches()
            .viaMat(KillSwitches.single(), Keep.right())
            .to(
                ActorSink.actorRefWithBackpressure(
                    context.getSelf(),
                    TrainBatch::new,
                    StreamStarted::new,
                    Done.getInstance(),
                    new StreamEnded(),
                    StreamFailed::new))
            .run(context.getSystem());
  }

  /** The session is opened on the trainer's own thread and closed with it. */
  public static Behavior<Command> create(Supplier<TrainingSession> session, Peers peers) {
    return Behaviors.setup(
        context -> {
          Threads.adopt();
          return Behaviors.withTimers(
              timers -> {
                Trainer trainer = new Trainer(context, timers, session.get(), peers);
                peers.guardian().tell(new Started(trainer.session.step()));
                trainer.saving.writeIfDue(trainer.session.isRolledBack());
                trainer.probeIfDue(trainer.session.firstProbeDue());
                return trainer.waitingForBatch();
              });
        });
  }

  private Behavior<Command> waitingForBatch() {
    return messages()
        .onMessage(TrainBatch.class, this::onTrainBatch)
        .onMessage(StreamEnded.class, ended -> finish())
        .build();
  }

  private Behavior<Command> waitingForKeys() {
    return messages()
        .onMessage(Keys.class, this::onKeys)
        .onMessage(StreamEnded.class, ended -> Behaviors.same())
        .build();
  }

  private Behavior<Command> waitingToEnd() {
    return messages().build();
  }

  private BehaviorBuilder<Command> messages() {
    return Behaviors.receive(Command.class)
        .onMessage(StreamStarted.class, this::onStreamStarted)
        .onMessage(CheckpointWritten.class, this::onCheckpointWritten)
        .onMessage(ProbeDone.class, this::onProbeDone)
        .onMessage(StreamFailed.class, this::onStreamFailed)
        .onMessageEquals(RetryWrite.INSTANCE, this::onRetryWrite)
        .onMessageEquals(Stop.INSTANCE, this::onStop)
        .onSignal(ChildFailed.class, this::onMomentumEncoderFailed)
        .onSignal(PostStop.class, signal -> onPostStop());
  }

  private Behavior<Command> onStreamStarted(StreamStarted started) {
    started.ackTo().tell(Done.getInstance());
    return Behaviors.same();
  }

  private Behavior<Command> onTrainBatch(TrainBatch message) {
    momentumEncoder.tell(session.begin(message.batch(), keysAdapter));
    pendingAck = Optional.of(message.ackTo());
    session.computeQueries();
    return waitingForKeys();
  }

  private Behavior<Command> onKeys(Keys keys) {
    session.complete(keys.ready().keys());
    pendingAck.ifPresent(ackTo -> ackTo.tell(Done.getInstance()));
    pendingAck = Optional.empty();
    if (session.interruption().isPresent()) {
      stream.shutdown();
      return interruptWhenWritten(waitingToEnd());
    }
    saving.afterStep();
    probeIfDue(session.probeDue());
    return isFinishing() ? finish() : waitingForBatch();
  }

  private boolean isFinishing() {
    return stopping || dataFailure.isPresent() || session.isComplete();
  }

  /** A checkpoint on its way is from before the incident and is waited for. */
  private Behavior<Command> interruptWhenWritten(Behavior<Command> otherwise) {
    if (saving.isWriting()) {
      return otherwise;
    }
    return end(new Interrupted(session.interruption().orElseThrow(), !session.hasUnsavedSteps()));
  }

  /** The guardian hears of it when the session is closed: two models at once may not fit. */
  private Behavior<Command> end(Event event) {
    return Behaviors.stopped(() -> peers.guardian().tell(event));
  }

  private Behavior<Command> onStop() {
    stopping = true;
    saving.stopRequested();
    return finishIfAtRest();
  }

  /** Batches that were on their way are lost with the stream; they are not trained yet. */
  private Behavior<Command> onStreamFailed(StreamFailed failed) {
    if (!isFinishing()) {
      dataFailure = Optional.of(failed.cause());
    }
    return finishIfAtRest();
  }

  private Behavior<Command> finishIfAtRest() {
    boolean atRest = pendingAck.isEmpty() && session.interruption().isEmpty();
    return atRest ? finish() : Behaviors.same();
  }

  private Behavior<Command> onRetryWrite() {
    saving.retry(pendingAck.isEmpty());
    return Behaviors.same();
  }

  private Behavior<Command> finish() {
    stream.shutdown();
    saving.writeIfDue(session.hasUnsavedSteps());
    return reportWhenIdle(waitingToEnd());
  }

  private Behavior<Command> onCheckpointWritten(CheckpointWritten message) {
    boolean finishing = isFinishing() && pendingAck.isEmpty();
    saving.written(message.written(), finishing && session.interruption().isEmpty());
    if (session.interruption().isPresent()) {
      return interruptWhenWritten(Behaviors.same());
    }
    return finishing ? reportWhenIdle(Behaviors.same()) : Behaviors.same();
  }

  private Behavior<Command> onProbeDone(ProbeDone message) {
    probing = false;
    session.probed(message.evaluated());
    if (session.interruption().isPresent()) {
      return Behaviors.same();
    }
    if (session.isComplete() && session.lastProbe() < session.step()) {
      probeIfDue(true);
    }
    return isFinishing() ? reportWhenIdle(Behaviors.same()) : Behaviors.same();
  }

  /**
   * A stop does not wait for a probe; the end of training does, so that its last point is there.
   */
  private Behavior<Command> reportWhenIdle(Behavior<Command> otherwise) {
    boolean complete = !stopping && dataFailure.isEmpty();
    if (!saving.isSettled() || pendingAck.isPresent() || (complete && probing)) {
      return otherwise;
    }
    boolean saved = !session.hasUnsavedSteps();
    return end(
        dataFailure
            .<Event>map(cause -> new DataFailed(session.step(), saved, cause))
            .orElseGet(() -> new Finished(session.step(), saved)));
  }

  private void probeIfDue(boolean due) {
    if (!due || peers.evaluator().isEmpty()) {
      return;
    }
    if (probing && !session.isComplete()) {
      session.probeLeftOut();
    } else if (!probing) {
      probing = true;
      peers
          .evaluator()
          .get()
          .tell(new Evaluator.Evaluate(session.step(), session.snapshot(), evaluatedAdapter));
    }
  }

  /** Both are rebuilt together: the guardian hears of the cause. */
  private Behavior<Command> onMomentumEncoderFailed(ChildFailed failed) {
    throw new ActorFailedException("momentum-encoder", failed.cause());
  }

  private Behavior<Command> onPostStop() {
    stream.shutdown();
    session.close();
    return Behaviors.same();
  }
}
