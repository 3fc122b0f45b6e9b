package io.mocov3.actors.guardian;

import akka.actor.typed.ActorRef;
import io.mocov3.actors.control.Caller;
import io.mocov3.actors.control.ControlRequest;
import io.mocov3.actors.control.PauseMark;
import io.mocov3.actors.events.Lifecycle;
import io.mocov3.actors.guardian.GuardianCommand.Ask;
import io.mocov3.actors.training.TrainerCommand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What operators ask: passed on to the trainer while there is one, and answered here where it
 * cannot answer. Each method that takes a request says whether training is to stop.
 */
final class Requests {
  private static final String PAUSED = "paused; no step will follow until it is resumed";
  private static final String GOES_BACK = "training went back to a checkpoint; ask again";
  private static final String RESUMED = "resumed; steps follow as soon as they can";

  private final PauseMark pauses;
  private final Consumer<String> warn;
  private final PassedOn passedOn;
  private final List<Caller> ofStop = new ArrayList<>();
  private Optional<Caller> ofRollback = Optional.empty();

  Requests(PauseMark pauses, Consumer<String> warn, PassedOn passedOn) {
    this.pauses = pauses;
    this.warn = warn;
    this.passedOn = passedOn;
  }

  boolean atWork(Ask ask, ActorRef<TrainerCommand> trainer) {
    return switch (ask.request()) {
      case ControlRequest.Stop stop -> ofStop.add(ask.caller());
      case ControlRequest.OfTrainer request -> {
        Caller caller = passedOn.of(ask.caller(), () -> mark(request));
        trainer.tell(new TrainerCommand.Ask(request, caller));
        yield false;
      }
    };
  }

  boolean withoutTrainer(Ask ask, Lifecycle lifecycle) {
    return switch (ask.request()) {
      case ControlRequest.Stop stop -> ofStop.add(ask.caller());
      case ControlRequest.Pause pause -> {
        mark(pause);
        ask.caller().done(PAUSED, Map.of());
        yield false;
      }
      case ControlRequest.Resume resume -> {
        mark(resume);
        ask.caller().done(RESUMED, Map.of());
        yield false;
      }
      case ControlRequest.OfTrainer other -> refused(ask, lifecycle);
    };
  }

  boolean whileStopping(Ask ask, Lifecycle lifecycle) {
    return ask.request() instanceof ControlRequest.Stop
        ? ofStop.add(ask.caller())
        : refused(ask, lifecycle);
  }

  private static boolean refused(Ask ask, Lifecycle lifecycle) {
    ask.caller().refused("not while the training is " + lifecycle.line());
    return false;
  }

  private void mark(ControlRequest.OfTrainer request) {
    boolean pause = request instanceof ControlRequest.Pause;
    if (pause || request instanceof ControlRequest.Resume) {
      pauses
          .set(pause)
          .ifPresent(
              reason ->
                  warn.accept(
                      "%s; a restart would %s"
                          .formatted(reason, pause ? "go on with training" : "be paused again")));
    }
  }

  /** Training goes back because somebody asked for it, if so. */
  void goesBack(Optional<Caller> caller) {
    ofRollback = caller;
    passedOn.refuse(GOES_BACK, caller);
  }

  /** The trainer has ended and answers nobody any more. */
  void trainerEnded(String reason) {
    passedOn.refuse("not done: " + reason, ofRollback);
  }

  /** Training goes on after {@code step}, from before which it was if it went back. */
  void started(long step, boolean wentBack) {
    ofRollback.ifPresent(
        caller -> {
          if (wentBack) {
            caller.done("went back to step " + step, Map.of("step", step));
          } else {
            caller.refused(
                "could not go back, the log says why; training goes on after step " + step);
          }
        });
    ofRollback = Optional.empty();
  }

  void ended(TrainingOutcome outcome) {
    ofStop.forEach(caller -> answer(caller, outcome));
    ofStop.clear();
    passedOn.refuse("training ended instead", Optional.empty());
    ofRollback = Optional.empty();
  }

  private static void answer(Caller caller, TrainingOutcome outcome) {
    switch (outcome) {
      case TrainingOutcome.Completed completed -> stopped(caller, completed.step(), true);
      case TrainingOutcome.Interrupted interrupted ->
          stopped(caller, interrupted.step(), interrupted.saved());
      case TrainingOutcome.DataGone gone -> stopped(caller, gone.step(), gone.saved());
      case TrainingOutcome.RankLost lost -> stopped(caller, lost.step(), lost.saved());
      case TrainingOutcome.Failed failed -> caller.refused("training failed: " + failed.reason());
    }
  }

  private static void stopped(Caller caller, long step, boolean saved) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("step", step);
    details.put("saved", saved);
    caller.done(
        "stopped after step %d, %s".formatted(step, saved ? "saved" : "which could not be saved"),
        details);
  }
}
