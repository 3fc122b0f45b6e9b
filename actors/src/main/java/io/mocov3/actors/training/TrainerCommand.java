package io.mocov3.actors.training;

import akka.Done;
import akka.actor.typed.ActorRef;
import io.mocov3.actors.checkpoint.Checkpointer.Written;
import io.mocov3.actors.control.Caller;
import io.mocov3.actors.control.ControlRequest;
import io.mocov3.actors.evaluation.Evaluator.Evaluated;
import io.mocov3.actors.training.MomentumEncoder.KeysReady;
import io.mocov3.actors.views.Batch;

/** What the trainer is told. */
public sealed interface TrainerCommand {

  /** Save and stop; the guardian is told through {@link TrainerEvent}. */
  enum Stop implements TrainerCommand {
    INSTANCE
  }

  /** No step before somebody resumes; sent first. */
  enum BeginPaused implements TrainerCommand {
    INSTANCE
  }

  /** Somebody operates the training; answered between two steps. */
  record Ask(ControlRequest.OfTrainer request, Caller caller) implements TrainerCommand {}

  /** Fail now, so that a new trainer goes on from the newest checkpoint. */
  record Abandon(String reason) implements TrainerCommand {}

  /** The pause before a failed checkpoint is tried again is over. */
  enum RetryWrite implements TrainerCommand {
    INSTANCE
  }

  /** Time to tell the other ranks that this one is there. */
  enum Tick implements TrainerCommand {
    INSTANCE
  }

  record StreamStarted(ActorRef<Done> ackTo) implements TrainerCommand {}

  record TrainBatch(ActorRef<Done> ackTo, Batch batch) implements TrainerCommand {}

  record StreamEnded() implements TrainerCommand {}

  record StreamFailed(Throwable cause) implements TrainerCommand {}

  record Keys(KeysReady ready) implements TrainerCommand {}

  record CheckpointWritten(Written written) implements TrainerCommand {}

  record ProbeDone(Evaluated evaluated) implements TrainerCommand {}
}
