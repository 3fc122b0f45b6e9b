package io.mocov3.actors.guardian;

import akka.Done;
import akka.actor.typed.ActorRef;
import io.mocov3.actors.control.Caller;
import io.mocov3.actors.control.ControlRequest;
import io.mocov3.actors.training.TrainerEvent;
import java.util.OptionalLong;

/** What the guardian is told. */
public sealed interface GuardianCommand {

  /** Begin; sent once. */
  enum Start implements GuardianCommand {
    INSTANCE
  }

  /** Save a checkpoint and end. */
  enum Stop implements GuardianCommand {
    INSTANCE
  }

  /** End at once: nothing that is trained from now on could be kept. */
  record GiveUp(String reason) implements GuardianCommand {}

  /** Somebody operates the training. */
  record Ask(ControlRequest request, Caller caller) implements GuardianCommand {}

  /** No step for too long: give the session up and go on from the newest checkpoint. */
  record Stuck(String reason) implements GuardianCommand {}

  /** Answered as long as the guardian is alive, whatever the others do. */
  record Ping(ActorRef<Done> replyTo) implements GuardianCommand {}

  record TrainerTold(TrainerEvent event) implements GuardianCommand {}

  /** The pause before another attempt is over. */
  enum Retry implements GuardianCommand {
    INSTANCE
  }

  /**
   * Nothing that a former trainer wanted written is being written any more; {@code newest} is the
   * step of the newest checkpoint, if there is one.
   */
  record StorageAtRest(OptionalLong newest) implements GuardianCommand {}

  /** The pause before another look at the images is over. */
  enum Look implements GuardianCommand {
    INSTANCE
  }

  /** Whether the images were there. */
  record Looked(boolean found) implements GuardianCommand {}
}
