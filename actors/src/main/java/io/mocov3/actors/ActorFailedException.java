package io.mocov3.actors;

/** An actor failed because of one it needs. */
public final class ActorFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String actor;

  /** {@code actor} is the one that failed first. */
  public ActorFailedException(String actor, Throwable cause) {
    super(cause);
    this.actor = actor;
  }

  public String actor() {
    return actor;
  }
}
