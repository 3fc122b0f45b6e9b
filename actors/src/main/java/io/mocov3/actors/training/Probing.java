package io.mocov3.actors.training;

import akka.actor.typed.ActorRef;
import io.mocov3.actors.evaluation.Evaluator;
import io.mocov3.actors.evaluation.Evaluator.Evaluated;
import java.util.Optional;

/** The trainer's way to the evaluator, if there is one: one probe at a time. */
final class Probing {
  private final TrainingSession session;
  private final Optional<ActorRef<Evaluator.Command>> evaluator;
  private final ActorRef<Evaluated> replyTo;
  private boolean running;

  Probing(
      TrainingSession session,
      Optional<ActorRef<Evaluator.Command>> evaluator,
      ActorRef<Evaluated> replyTo) {
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
      evaluator.get().tell(new Evaluator.Evaluate(session.step(), session.snapshot(), replyTo));
    } else if (!session.isComplete()) {
      session.probeLeftOut();
    }
  }

  /** The one under way, if any, will find nobody to tell. */
  void giveUp() {
    if (running) {
      session.warn(
          "the kNN probe of step %d is given up, there will be no point of it"
              .formatted(session.lastProbe()));
    }
  }

  void done(Evaluated evaluated) {
    running = false;
    session.probed(evaluated);
  }
}
