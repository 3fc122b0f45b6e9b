package io.mocov3.actors.training;

import akka.actor.typed.ActorRef;
import io.mocov3.actors.evaluation.Evaluator;
import io.mocov3.actors.evaluation.Evaluator.Evaluated;
import io.mocov3.actors.evaluation.ProbeTickets;
import java.util.Optional;

/** The trainer's way to the evaluator, if there is one: one probe at a time. */
public final class Probing {
  private final TrainingSession session;
  private final Optional<Peer> evaluator;
  private final ActorRef<Evaluated> replyTo;
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

  void done() {
    running = false;
  }
}
