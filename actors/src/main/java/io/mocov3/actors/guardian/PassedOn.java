package io.mocov3.actors.guardian;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.actors.control.Caller;
import io.mocov3.actors.control.ControlAnswer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Requests that were passed on to a trainer. Each is answered: by the trainer, or, when that ends
 * before it does, here.
 */
final class PassedOn {
  private final ActorContext<?> context;
  private final Map<ActorRef<ControlAnswer>, Caller> open = new LinkedHashMap<>();
  private int passed;

  PassedOn(ActorContext<?> context) {
    this.context = context;
  }

  /** Stands for {@code caller} with the trainer; {@code whenDone} runs before that is told. */
  Caller of(Caller caller, Runnable whenDone) {
    Behavior<ControlAnswer> relay =
        Behaviors.receiveMessage(
            answer -> {
              if (answer instanceof ControlAnswer.Done) {
                whenDone.run();
              }
              caller.ref().tell(answer);
              return Behaviors.stopped();
            });
    open.keySet().removeIf(this::isAnswered);
    ActorRef<ControlAnswer> ref = context.spawn(relay, "request-" + passed++);
    open.put(ref, caller);
    return new Caller(ref);
  }

  private boolean isAnswered(ActorRef<ControlAnswer> relay) {
    return context.getChild(relay.path().name()).isEmpty();
  }

  /** The trainer has ended; one that is kept is answered later. */
  void refuse(String reason, Optional<Caller> kept) {
    open.keySet().removeIf(this::isAnswered);
    open.forEach(
        (relay, caller) -> {
          if (kept.filter(other -> other.ref().equals(relay)).isEmpty()) {
            caller.refused(reason);
            context.stop(relay);
          }
        });
  }
}
