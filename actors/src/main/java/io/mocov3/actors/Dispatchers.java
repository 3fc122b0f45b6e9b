package io.mocov3.actors;

/** Names of the dispatchers in this module's {@code reference.conf}. */
public final class Dispatchers {

  /** One thread of its own for each actor that owns native state. */
  public static final String PINNED = "mocov3-akka.pinned-dispatcher";

  private Dispatchers() {}
}
