package io.mocov3.actors.training;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mocov3.actors.ranks.Leader;
import io.mocov3.actors.training.TrainerCommand.Tick;
import io.mocov3.model.distributed.GroupException;
import java.time.Duration;

/**
 * The trainer's heartbeat with the other ranks between two steps: they hear that it is there, and
 * it hears of a rank that is gone or was asked to stop.
 */
final class Heartbeat {
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Leader ranks;
  private final ActorRef<TrainerEvent> guardian;
  private boolean told;

  Heartbeat(Leader ranks, ActorRef<TrainerEvent> guardian, TimerScheduler<TrainerCommand> timers) {
    this.ranks = ranks;
    this.guardian = guardian;
    if (!ranks.group().isAlone()) {
      timers.startTimerWithFixedDelay(Tick.INSTANCE, INTERVAL);
    }
  }

  /**
   * With the model at rest.
   *
   * @throws GroupException when a rank is gone
   */
  void keep() {
    ranks.idle();
    askForStop();
  }

  /** No step will follow: a rank that is gone has nothing to miss. */
  void whileEnding() {
    if (!ranks.isLost()) {
      try {
        ranks.idle();
      } catch (GroupException e) {
        ranks.lose();
      }
    }
  }

  /** The guardian hears once that some rank was asked to stop. */
  void askForStop() {
    if (ranks.isStopWanted() && !told) {
      told = true;
      guardian.tell(new TrainerEvent.StopWanted());
    }
  }
}
