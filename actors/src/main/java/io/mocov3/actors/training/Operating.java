package io.mocov3.actors.training;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.StashBuffer;
import io.mocov3.actors.control.Caller;
import io.mocov3.actors.control.ControlRequest;
import io.mocov3.actors.session.TrainingSession;
import io.mocov3.actors.training.TrainerCommand.Ask;
import java.util.Map;
import java.util.Optional;

/** What operators ask of the trainer, answered with the model at rest and put off until then. */
final class Operating {
  static final int MOST_PUT_OFF = 64;
  static final String ENDED = "training ended first";

  /** What the trainer does about a request. */
  enum Next {
    SAME,
    PAUSE,
    RESUME,
    GO_BACK
  }

  private final TrainingSession session;
  private final Saving saving;
  private final Probing probing;
  private final StashBuffer<TrainerCommand> putOff;
  private Optional<Caller> goingBack = Optional.empty();

  Operating(
      TrainingSession session, Saving saving, Probing probing, StashBuffer<TrainerCommand> putOff) {
    this.session = session;
    this.saving = saving;
    this.probing = probing;
    this.putOff = putOff;
  }

  /** The model must be at rest. Pausing and resuming again is no change. */
  Next answer(Ask ask, boolean paused) {
    Caller caller = ask.caller();
    return switch (ask.request()) {
      case ControlRequest.Pause pause -> {
        caller.done("paused after step " + session.step(), step());
        yield paused ? Next.SAME : Next.PAUSE;
      }
      case ControlRequest.Resume resume -> {
        caller.done(
            (paused ? "resumed after step " : "not paused, after step ") + session.step(), step());
        yield paused ? Next.RESUME : Next.SAME;
      }
      case ControlRequest.Checkpoint checkpoint -> {
        saving.request(caller);
        yield Next.SAME;
      }
      case ControlRequest.Evaluate evaluate -> {
        probing.request(caller);
        yield Next.SAME;
      }
      case ControlRequest.Rollback back -> goBack(back, caller);
    };
  }

  private Map<String, Object> step() {
    return Map.of("step", session.step());
  }

  private Next goBack(ControlRequest.Rollback back, Caller caller) {
    Optional<String> obstacle = session.goBack(back.to());
    if (obstacle.isPresent()) {
      caller.refused(obstacle.get());
      return Next.SAME;
    }
    goingBack = Optional.of(caller);
    return Next.GO_BACK;
  }

  /** Who asked to go back, if that is why the session is interrupted. */
  Optional<Caller> goingBack() {
    return goingBack;
  }

  /** Until the step under way is done. */
  void putOff(Ask ask) {
    if (putOff.isFull()) {
      ask.caller().refused("more than %d requests at once".formatted(MOST_PUT_OFF));
    } else {
      putOff.stash(ask);
    }
  }

  /** What was put off is answered in the phase that follows, if one does. */
  Behavior<TrainerCommand> answeredIn(Behavior<TrainerCommand> next) {
    return Behavior.isAlive(next) ? putOff.unstashAll(next) : next;
  }

  /** The session is closed. */
  void close() {
    putOff.forEach(
        command -> {
          if (command instanceof Ask ask) {
            ask.caller().refused(ENDED);
          }
        });
    saving.refuseAll(ENDED);
    probing.refuseAll(ENDED);
  }
}
