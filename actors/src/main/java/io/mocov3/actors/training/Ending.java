package io.mocov3.actors.training;

import static io.mocov3.actors.training.TrainerParts.abandoned;
import static io.mocov3.actors.training.TrainerParts.acknowledge;
import static io.mocov3.actors.training.TrainerParts.then;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.actors.session.TrainingSession;
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

/**
 * The trainer's phases when no step will follow: at the end, after a stop, or after an incident.
 */
final class Ending {
  private static final String GOING_BACK = "training is going back to a checkpoint";

  /** Why no step will follow. */
  sealed interface Cause {}

  record AllDone() implements Cause {}

  record Stopped() implements Cause {}

  record DataGone(Throwable reason) implements Cause {}

  record RankGone(String reason) implements Cause {}

  private final TrainerParts parts;
  private final TrainingSession session;
  private final Saving saving;
  private final Probing probing;

  Ending(TrainerParts parts) {
    this.parts = parts;
    session = parts.session();
    saving = parts.saving();
    probing = parts.probing();
  }

  /** After an incident, for the guardian to decide. */
  Behavior<TrainerCommand> interrupt() {
    return saving.isWriting()
        ? interrupted()
        : end(
            new TrainerEvent.Interrupted(
                session.interruption().orElseThrow(),
                !session.hasUnsavedSteps(),
                parts.operating().goingBack()));
  }

  Behavior<TrainerCommand> stop() {
    saving.stopRequested();
    return finish(new Stopped());
  }

  /** A step cannot be finished, for a rank is gone, but its keys are still being made. */
  Behavior<TrainerCommand> abandonStep(String reason) {
    return parts.phase(
        command ->
            switch (command) {
              case Keys keys -> {
                keys.ready().features().close();
                yield rankGone(reason);
              }
              case StreamStarted started -> acknowledge(started);
              case StreamEnded ended -> Behaviors.same();
              case StreamFailed failed -> Behaviors.same();
              case Stop stop -> then(saving::stopRequested);
              case Ask ask -> then(() -> ask.caller().refused(Operating.ENDED));
              case RetryWrite retry -> then(() -> saving.retry(false));
              case CheckpointWritten done -> then(() -> saving.written(done.written(), false));
              case ProbeDone done -> then(() -> probing.done(done.evaluated()));
              case Tick tick -> Behaviors.same();
              case Abandon abandon -> throw abandoned(abandon);
              case BeginPaused begin -> parts.unexpected(begin);
              case TrainBatch batch -> parts.unexpected(batch);
            });
  }

  /** What there is is saved: the state before the step that was not finished. */
  Behavior<TrainerCommand> rankGone(String reason) {
    session.abandonStep();
    return finish(new RankGone(reason));
  }

  Behavior<TrainerCommand> finish(Cause cause) {
    parts.feed().stop();
    saving.writeIfDue(session.hasUnsavedSteps());
    return reportWhenIdle(cause, finishing(cause));
  }

  /**
   * A stop does not wait for a probe; the end of training does, so that its last point is there.
   */
  private Behavior<TrainerCommand> reportWhenIdle(Cause cause, Behavior<TrainerCommand> otherwise) {
    boolean waits = !saving.isSettled() || (cause instanceof AllDone && probing.isRunning());
    if (waits) {
      return otherwise;
    }
    boolean saved = !session.hasUnsavedSteps();
    return end(
        switch (cause) {
          case AllDone done -> new TrainerEvent.Finished(session.step(), saved);
          case Stopped stopped -> new TrainerEvent.Finished(session.step(), saved);
          case DataGone gone -> new TrainerEvent.DataFailed(session.step(), saved, gone.reason());
          case RankGone gone -> new TrainerEvent.RankLost(session.step(), saved, gone.reason());
        });
  }

  /** The guardian hears of it when the session is closed: two models at once may not fit. */
  private Behavior<TrainerCommand> end(TrainerEvent event) {
    return Behaviors.stopped(() -> parts.tell(event));
  }

  /** No more steps: the last one is saved, and at the end of training its probe waited for. */
  private Behavior<TrainerCommand> finishing(Cause cause) {
    return parts.phase(
        command ->
            switch (command) {
              case CheckpointWritten done -> {
                saving.written(done.written(), true);
                yield reportWhenIdle(cause, Behaviors.same());
              }
              case ProbeDone done -> {
                probing.done(done.evaluated());
                probing.runIf(session.isComplete() && session.probeMissing());
                yield reportWhenIdle(cause, Behaviors.same());
              }
              case RetryWrite retry -> then(() -> saving.retry(true));
              case Tick tick -> then(parts.heartbeat()::whileEnding);
              case Stop stop -> stop();
              case Ask ask -> then(() -> ask.caller().refused(Operating.ENDED));
              case TrainBatch late -> then(late.batch()::close);
              case StreamStarted started -> acknowledge(started);
              case StreamEnded ended -> Behaviors.same();
              case StreamFailed failed -> Behaviors.same();
              case BeginPaused begin -> Behaviors.same();
              case Abandon abandon -> throw abandoned(abandon);
              case Keys keys -> parts.unexpected(keys);
            });
  }

  /** After an incident: a checkpoint on its way is from before it and is waited for. */
  private Behavior<TrainerCommand> interrupted() {
    return parts.phase(
        command ->
            switch (command) {
              case CheckpointWritten done -> {
                saving.written(done.written(), false);
                yield interrupt();
              }
              case ProbeDone done -> then(() -> probing.done(done.evaluated()));
              case TrainBatch late -> then(late.batch()::close);
              case Ask ask -> then(() -> ask.caller().refused(GOING_BACK));
              case StreamStarted started -> acknowledge(started);
              case StreamEnded ended -> Behaviors.same();
              case StreamFailed failed -> Behaviors.same();
              case RetryWrite retry -> Behaviors.same();
              case Tick tick -> then(parts.heartbeat()::whileEnding);
              case Stop stop ->
                  Behaviors.same(); // it ends as soon as it can, and says what is saved
              case Abandon abandon -> throw abandoned(abandon);
              case BeginPaused begin -> parts.unexpected(begin);
              case Keys keys -> parts.unexpected(keys);
            });
  }
}
