package io.mocov3.actors.training;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.model.method.MoCoV3;
import io.mocov3.model.tensor.Threads;
import io.mocov3.model.tensor.ViewPair;

/**
 * Maintains the key encoder: moves it after the base encoder, then encodes both views, while the
 * trainer computes the queries. The base weights do not change meanwhile, so nothing is stale.
 */
public final class MomentumEncoder {

  /** What the momentum encoder is asked. */
  public sealed interface Command {}

  /**
   * Move with {@code momentum}, then encode {@code views}, which stay the sender's until the reply.
   */
  public record EncodeKeys(ViewPair views, double momentum, ActorRef<KeysReady> replyTo)
      implements Command {}

  /** The keys of both views; the receiver owns and closes them. */
  public record KeysReady(ViewPair keys) {}

  private MomentumEncoder() {}

  /** {@code model} stays the trainer's; this actor touches its key encoder only. */
  public static Behavior<Command> create(MoCoV3 model) {
    return Behaviors.setup(
        context -> {
          Threads.adopt();
          return Behaviors.receiveMessage(
              command ->
                  switch (command) {
                    case EncodeKeys encode -> onEncodeKeys(model, encode);
                  });
        });
  }

  private static Behavior<Command> onEncodeKeys(MoCoV3 model, EncodeKeys encode) {
    encode.replyTo().tell(new KeysReady(model.keys(encode.views(), encode.momentum())));
    return Behaviors.same();
  }
}
