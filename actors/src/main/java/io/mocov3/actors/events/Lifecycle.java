package io.mocov3.actors.events;

import io.mocov3.metrics.TrainingMetrics.LifecycleState;
import java.util.Locale;

/**
 * Where a training is in its life, and why if that is not how it should be. The guardian owns it
 * and tells whenever it changes; status, readiness, metrics and the page know it from there.
 *
 * @param reason one line, or empty
 */
public record Lifecycle(LifecycleState state, String reason) {
  public static final Lifecycle STARTING = new Lifecycle(LifecycleState.STARTING, "");
  public static final Lifecycle TRAINING = new Lifecycle(LifecycleState.TRAINING, "");
  public static final Lifecycle STOPPING = new Lifecycle(LifecycleState.STOPPING, "");
  public static final Lifecycle ENDED = new Lifecycle(LifecycleState.ENDED, "");

  /** The images are out of reach; nothing is trained until they are back. */
  public static Lifecycle waitingForData(String reason) {
    return new Lifecycle(LifecycleState.WAITING_FOR_DATA, reason);
  }

  /** Somebody paused training after {@code step}; nothing is trained until it is resumed. */
  public static Lifecycle paused(long step) {
    return new Lifecycle(LifecycleState.PAUSED, "after step " + step);
  }

  /** The trainer failed and is about to go on from the newest checkpoint. */
  public static Lifecycle recovering(String failure) {
    return new Lifecycle(LifecycleState.RECOVERING, failure);
  }

  /** On the way back to a checkpoint from before an incident. */
  public static Lifecycle rollingBack(Incident incident) {
    return new Lifecycle(LifecycleState.ROLLING_BACK, incident.line());
  }

  /** As metrics and the status spell it. */
  public String label() {
    return state.name().toLowerCase(Locale.ROOT);
  }

  /** For people, in one line. */
  public String line() {
    String words = label().replace('_', ' ');
    return reason.isEmpty() ? words : words + ": " + reason;
  }
}
