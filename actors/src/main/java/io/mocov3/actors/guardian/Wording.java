package io.mocov3.actors.guardian;

import io.mocov3.actors.Patience;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.training.TrainerEvent;
import java.time.Duration;

/** What people are told of the guardian's decisions, each in one line. */
record Wording(Patience patience) {

  String waitingForData(String reason, TrainerEvent.DataFailed failed) {
    return "%s; waiting after step %d, which %s, for up to %s"
        .formatted(
            reason,
            failed.step(),
            failed.saved() ? "is saved" : "could not be saved",
            text(patience.data()));
  }

  static String dataIsBack(Duration waited) {
    return "the images are back; went on after " + text(waited);
  }

  String lastCheckpointFailed() {
    return "the last checkpoint could not be written within %s (the warnings tell why); the same command goes on from the newest one"
        .formatted(text(patience.checkpoint()));
  }

  static String diverged(int rollbacks, Incident incident) {
    return "diverged after %d rollbacks: %s".formatted(rollbacks, incident.line());
  }

  static String nextAttempt(ActorFailure failure, int failures) {
    return "the %s failed (%s); going on from the newest checkpoint, attempt %d of %d"
        .formatted(
            failure.actor().replace('-', ' '), failure.reason(), failures + 1, Attempts.MOST);
  }

  static String groupEnds(ActorFailure failure) {
    return "the %s failed (%s), and the group of ranks ends with it"
        .formatted(failure.actor().replace('-', ' '), failure.reason());
  }

  static String noMoreAttempts(ActorFailure failure, int failures) {
    return "training failed %d times, last: %s".formatted(failures, failure.reason());
  }

  private static String text(Duration duration) {
    return duration.toSeconds() % 60 == 0 && duration.toSeconds() > 0
        ? duration.toMinutes() + " min"
        : duration.toSeconds() + " s";
  }
}
