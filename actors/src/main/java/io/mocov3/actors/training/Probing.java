package io.mocov3.actors.training;

import akka.actor.typed.ActorRef;
import io.mocov3.actors.control.Caller;
import io.mocov3.actors.control.Callers;
import io.mocov3.actors.evaluation.Evaluator;
import io.mocov3.actors.evaluation.Evaluator.Evaluated;
import io.mocov3.actors.evaluation.ProbeTickets;
import io.mocov3.actors.session.TrainingSession;
import java.util.Map;
import java.util.Optional;

/** The trainer's way to the evaluator, if there is one: one probe at a time. */
public final class Probing {
  private final TrainingSession session;
  private final Optional<Peer> evaluator;
  private final ActorRef<Evaluated> replyTo;
  private final Callers callers = new Callers();
  private Optional<Evaluated> newest = Optional.empty();
  private boolean running;

  /** The evaluator, and the tickets for it. */
  public record Peer(ActorRef<Evaluator.Command> ref, ProbeTickets tickets) {}

  Probing(TrainingSession session, Optional<Peer> evaluator, ActorRef<Evaluated> replyTo) {
    this.session = session;
    this.evaluator = evaluator;
    this.replyTo = replyTo;
  }

  boolean isRunning() {
    return running;
  }

  /** The model must be at rest. At the end of training the probe waits for the one before. */
  void runIf(boolean due) {
    if (!due || evaluator.isEmpty()) {
      return;
    }
    if (!running) {
      running = true;
      Peer peer = evaluator.get();
      peer.ref()
          .tell(
              new Evaluator.Evaluate(
                  peer.tickets().issue(session.step()), session.snapshot(), replyTo));
    } else if (!session.isComplete()) {
      session.probeLeftOut();
    }
  }

  /** The model must be at rest. Whoever asks is told what the probe of the present step found. */
  void request(Caller caller) {
    if (evaluator.isEmpty()) {
      caller.refused(
          "this experiment has no full probe; set data.test or evaluation.probes, and evaluation.knn");
    } else if (newest.filter(done -> done.step() == session.step()).isPresent()) {
      answer(caller, newest.get());
    } else if (session.probeIsKnown()) {
      caller.done(
          "the probe of step %d was made before; its accuracies are in metrics.jsonl"
              .formatted(session.step()),
          Map.of("step", session.step()));
    } else {
      callers.add(caller, session.step());
      runIf(!running);
    }
  }

  /** Whether somebody waits for a probe that has not begun. */
  boolean isRequested() {
    return !running && !callers.isEmpty();
  }

  void done(Evaluated evaluated) {
    running = false;
    newest = Optional.of(evaluated);
    callers.upTo(evaluated.step()).forEach(caller -> answer(caller, evaluated));
  }

  void refuseAll(String reason) {
    callers.refuseAll(reason);
  }

  private static void answer(Caller caller, Evaluated evaluated) {
    if (evaluated.accuracies().isEmpty()) {
      caller.refused(evaluated.line());
      return;
    }
    caller.done(
        evaluated.line(),
        Map.of(
            "step",
            evaluated.step(),
            "results",
            evaluated.accuracies().stream()
                .map(
                    knn ->
                        Map.of(
                            "probe",
                            knn.probe(),
                            "k",
                            knn.k(),
                            "temperature",
                            knn.temperature(),
                            "accuracy",
                            knn.accuracy()))
                .toList()));
  }
}
