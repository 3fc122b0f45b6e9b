package io.mocov3.actors.training;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.model.device.Threads;
import io.mocov3.model.step.Pending;
import io.mocov3.model.step.TargetFeatures;
import io.mocov3.model.step.TrainingStep;

/**
 * Maintains the key encoder: moves it after the base encoder, then encodes both views, while the
 * trainer computes the queries, or after that on the trainer's thread if cores are few. The base
 * weights do not change meanwhile, so nothing is stale.
 */
public final class MomentumEncoder {

  /** What the momentum encoder is asked. */
  public sealed interface Command {}

  /** Move, then encode the views of {@code step}, which stays the sender's. */
  public record EncodeKeys(Pending step, ActorRef<KeysReady> replyTo) implements Command {}

  /** What the keys of both views are made of; the receiver owns and closes it. */
  public record KeysReady(TargetFeatures features) {}

  private MomentumEncoder() {}

  /** {@code training} stays the trainer's; this actor touches its key encoder only. */
  public static Behavior<Command> create(TrainingStep training) {
    return Behaviors.setup(
        context -> {
          Threads.adopt();
          return Behaviors.receiveMessage(
              command ->
                  switch (command) {
                    case EncodeKeys encode -> onEncodeKeys(training, encode);
                  });
        });
  }

  private static Behavior<Command> onEncodeKeys(TrainingStep training, EncodeKeys encode) {
    encode.replyTo().tell(new KeysReady(training.targetFeatures(encode.step())));
    return Behaviors.same();
  }
}
