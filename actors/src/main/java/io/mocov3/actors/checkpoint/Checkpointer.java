package io.mocov3.actors.checkpoint;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.SideWork;
import io.mocov3.model.ModelException;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.step.TrainingState.Staged;
import java.time.Duration;
import java.util.OptionalLong;

/** Writes staged checkpoints, off the training path. A failed write is reported, never fatal. */
public final class Checkpointer {

  /** What the checkpointer is asked. */
  public sealed interface Command {}

  /**
   * Write these tensors, which are taken over and must not change before the reply; {@code
   * scheduled} if they are due by their step.
   */
  public record Write(Staged state, boolean scheduled, ActorRef<Written> replyTo)
      implements Command {}

  /**
   * The checkpoint of {@code step} is on disk, or is not; the staged tensors are free again.
   *
   * @param detail its folder, or why there is none
   */
  public record Written(long step, boolean success, String detail) {}

  /** Say when what was asked before is done. */
  public record Rest(ActorRef<AtRest> replyTo) implements Command {}

  /** Nothing is being written; {@code newest} is the step of the newest checkpoint, if any. */
  public record AtRest(OptionalLong newest) {}

  private Checkpointer() {}

  public static Behavior<Command> create(CheckpointStore store, EventSink events) {
    return Behaviors.receiveMessage(
        command ->
            switch (command) {
              case Write write -> onWrite(store, events, write);
              case Rest rest -> onRest(store, rest);
            });
  }

  private static Behavior<Command> onRest(CheckpointStore store, Rest rest) {
    rest.replyTo().tell(new AtRest(newest(store)));
    return Behaviors.same();
  }

  private static OptionalLong newest(CheckpointStore store) {
    try {
      return store.newestStep();
    } catch (ModelException e) {
      return OptionalLong.empty();
    }
  }

  private static Behavior<Command> onWrite(CheckpointStore store, EventSink events, Write write) {
    try (Staged state = write.state()) {
      write.replyTo().tell(write(store, events, state, write.scheduled()));
    }
    return Behaviors.same();
  }

  private static Written write(
      CheckpointStore store, EventSink events, Staged state, boolean scheduled) {
    long step = state.completedSteps();
    long begin = System.nanoTime();
    try {
      CheckpointStore.Stored written = store.write(step, state.data(scheduled));
      events.on(
          new SideWork.CheckpointWritten(
              step, written.path(), written.bytes(), Duration.ofNanos(System.nanoTime() - begin)));
      written.unpruned().ifPresent(reason -> events.on(new SideWork.PruningFailed(reason)));
      return new Written(step, true, written.path().toString());
    } catch (ModelException e) {
      events.on(new SideWork.CheckpointFailed(step, e.getMessage()));
      return new Written(step, false, e.getMessage());
    }
  }
}
