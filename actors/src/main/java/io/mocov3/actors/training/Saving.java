package io.mocov3.actors.training;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mocov3.actors.checkpoint.CheckpointClock;
import io.mocov3.actors.checkpoint.Checkpointer;
import io.mocov3.actors.checkpoint.Checkpointer.Written;
import io.mocov3.actors.checkpoint.LastWrite;
import io.mocov3.actors.control.Caller;
import io.mocov3.actors.control.Callers;
import io.mocov3.actors.session.TrainingSession;
import java.util.Map;
import java.util.Optional;

/**
 * The trainer's way to the checkpointer: one checkpoint at a time, and one that failed soon again,
 * for a whole interval later may be too late. The next due one takes its place.
 */
final class Saving {
  private final TrainingSession session;
  private final ActorRef<Checkpointer.Command> checkpointer;
  private final ActorRef<Written> replyTo;
  private final TimerScheduler<TrainerCommand> timers;
  private final TrainerCommand retry;
  private final LastWrite lastWrite;
  private final CheckpointClock clock;
  private boolean writing;
  private boolean onSchedule;
  private long stagedStep;
  private Optional<ActorRef<Done>> heldBack = Optional.empty();
  private boolean retryDue;
  private final Callers callers = new Callers();

  /** {@code retry} is what the trainer is told when a failed write is to be tried again. */
  Saving(
      TrainingSession session,
      Trainer.Peers peers,
      ActorRef<Written> replyTo,
      TimerScheduler<TrainerCommand> timers,
      TrainerCommand retry) {
    this.session = session;
    this.checkpointer = peers.checkpointer();
    this.replyTo = replyTo;
    this.timers = timers;
    this.retry = retry;
    lastWrite = new LastWrite(peers.patience());
    clock = new CheckpointClock(session.checkpointClock());
    stagedStep = session.step();
  }

  boolean isWriting() {
    return writing;
  }

  /** All steps are saved, or there is no time left to try. */
  boolean isSettled() {
    return !writing && (!session.hasUnsavedSteps() || lastWrite.isHopeless());
  }

  /** The model must be at rest. */
  void writeIfDue(boolean due) {
    if (due && !writing) {
      writing = true;
      retryDue = false;
      timers.cancel(retry);
      clock.staged();
      stagedStep = session.step();
      onSchedule = session.isOnSchedule();
      checkpointer.tell(new Checkpointer.Write(session.stage(), onSchedule, replyTo));
    }
  }

  /**
   * After a step, asks {@code stream} for the next batch; later where a checkpoint of this step is
   * due and finds one on its way that the clock or somebody wanted: an undisturbed run has it.
   */
  void askForNext(ActorRef<Done> stream) {
    if (writing && !onSchedule && isOwed()) {
      heldBack = Optional.of(stream);
    } else {
      stream.tell(Done.getInstance());
    }
  }

  /** With the model at rest, when one is written. */
  void goOn() {
    writeIfDue(isRequested() || isOwed());
    heldBack.ifPresent(
        stream -> {
          session.idleFromNow();
          stream.tell(Done.getInstance());
        });
    heldBack = Optional.empty();
  }

  /** Whether a checkpoint is due by the present step and not on its way. */
  private boolean isOwed() {
    return session.checkpointDue() && stagedStep < session.step();
  }

  /** After a step. */
  void afterStep() {
    clock.stepDone();
    writeIfDue(
        session.checkpointDue()
            || retryDue
            || isRequested()
            || clock.isDue(session.stepsToCheckpoint()));
  }

  /** The model must be at rest. Whoever asks is told when the present step is saved. */
  void request(Caller caller) {
    if (!session.hasUnsavedSteps()) {
      caller.done(
          "step %d is saved already".formatted(session.step()), Map.of("step", session.step()));
      return;
    }
    callers.add(caller, session.step());
    writeIfDue(true);
  }

  /** Whether somebody waits for a checkpoint that is not yet being written. */
  boolean isRequested() {
    return !writing && !callers.isEmpty();
  }

  void refuseAll(String reason) {
    callers.refuseAll(reason);
  }

  /** Again now if the model is at rest, or else after the step. */
  void retry(boolean atRest) {
    retryDue = true;
    writeIfDue(atRest && session.interruption().isEmpty() && session.hasUnsavedSteps());
  }

  void stopRequested() {
    lastWrite.stopRequested();
  }

  /** While {@code finishing} there will be no more steps. */
  void written(Written written, boolean finishing) {
    writing = false;
    clock.settled();
    callers.upTo(written.step()).forEach(caller -> answer(caller, written));
    if (written.success()) {
      session.saved(written.step());
      lastWrite.succeeded();
      writeIfDue(finishing && session.hasUnsavedSteps());
      return;
    }
    if (finishing) {
      lastWrite.failed();
    }
    if (session.interruption().isEmpty() && !lastWrite.isHopeless()) {
      timers.startSingleTimer(retry, lastWrite.pause());
    }
  }

  private static void answer(Caller caller, Written written) {
    if (written.success()) {
      caller.done(
          "saved step %d in %s".formatted(written.step(), written.detail()),
          Map.of("step", written.step(), "checkpoint", written.detail()));
    } else {
      caller.refused(written.detail() + "; it is tried again");
    }
  }
}
