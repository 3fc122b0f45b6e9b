package io.mocov3.actors.training;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mocov3.actors.events.RunLog;
import io.mocov3.metrics.TrainingMetrics;
import io.mocov3.metrics.TrainingMetrics.CheckpointPhase;
import io.mocov3.model.ModelException;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.step.TrainingState.Staged;
import java.time.Duration;

/** Writes staged checkpoints, off the training path. A failed write is reported, never fatal. */
public final class Checkpointer {

  /** What the checkpointer is asked. */
  public sealed interface Command {}

  /** Write these tensors, which are taken over and must not change before the reply. */
  public record Write(Staged state, ActorRef<Written> replyTo) implements Command {}

  /** The checkpoint of {@code step} is on disk, or is not; the staged tensors are free again. */
  public record Written(long step, boolean success) {}

  private Checkpointer() {}

  public static Behavior<Command> create(
      CheckpointStore store, TrainingMetrics metrics, RunLog log) {
    return Behaviors.receiveMessage(
        command ->
            switch (command) {
              case Write write -> onWrite(store, metrics, log, write);
            });
  }

  private static Behavior<Command> onWrite(
      CheckpointStore store, TrainingMetrics metrics, RunLog log, Write write) {
    try (Staged state = write.state()) {
      boolean success = written(store, metrics, log, state);
      write.replyTo().tell(new Written(state.completedSteps(), success));
    }
    return Behaviors.same();
  }

  private static boolean written(
      CheckpointStore store, TrainingMetrics metrics, RunLog log, Staged state) {
    long begin = System.nanoTime();
    try {
      CheckpointStore.Written written = store.write(state.completedSteps(), state.data());
      metrics.checkpointPhase(CheckpointPhase.WRITE, Duration.ofNanos(System.nanoTime() - begin));
      metrics.checkpointSucceeded(written.bytes());
      log.checkpointed(state.completedSteps(), written.path());
      written
          .unpruned()
          .ifPresent(
              reason -> {
                metrics.checkpointPruneFailed();
                log.warning(reason);
              });
      return true;
    } catch (ModelException e) {
      metrics.checkpointFailed();
      log.warning(e.getMessage());
      return false;
    }
  }
}
