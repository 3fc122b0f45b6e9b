package io.mocov3.actors.training;

import io.mocov3.actors.control.Caller;
import io.mocov3.actors.events.Interruption;
import java.util.Optional;

/** What the trainer tells the guardian. */
public sealed interface TrainerEvent {

  /**
   * No more steps: all are done, or a stop was asked for; {@code saved} tells of the checkpoint.
   */
  record Finished(long step, boolean saved) implements TrainerEvent {}

  /** The batches ended with an error after {@code step}; {@code saved} as above. */
  record DataFailed(long step, boolean saved, Throwable cause) implements TrainerEvent {}

  /** Another rank is gone after {@code step}; {@code saved} as above, the reason is one line. */
  record RankLost(long step, boolean saved, String reason) implements TrainerEvent {}

  /** Another rank was asked to stop. */
  record StopWanted() implements TrainerEvent {}

  /** A session is open, with so many steps done, which are fewer than before if it went back. */
  record Started(long step, boolean wentBack) implements TrainerEvent {}

  /** Somebody paused training after {@code step} completed steps. */
  record Paused(long step) implements TrainerEvent {}

  record Resumed(long step) implements TrainerEvent {}

  /**
   * Training must not go on like this; nothing is being written any more. {@code saved} tells
   * whether a checkpoint holds the last step, {@code caller} who asked to go back.
   */
  record Interrupted(Interruption interruption, boolean saved, Optional<Caller> caller)
      implements TrainerEvent {}
}
