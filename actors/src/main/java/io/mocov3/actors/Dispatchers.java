package io.mocov3.actors;

/** Names of the dispatchers in this module's {@code reference.conf}. */
public final class Dispatchers {

  /** One thread of its own for each actor that owns native state. */
  public static final String PINNED = "mocov3-akka.pinned-dispatcher";

  /** One thread for the trainer, and for its momentum encoder where cores are few. */
  public static final String TRAINING = "mocov3-akka.training-dispatcher";

  /** One thread, which ends when there is nothing to evaluate. */
  public static final String EVALUATION = "mocov3-akka.evaluation-dispatcher";

  private Dispatchers() {}
}
