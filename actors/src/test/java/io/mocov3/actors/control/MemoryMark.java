package io.mocov3.actors.control;

import java.util.Optional;

/** A pause that no restart finds. */
public final class MemoryMark implements PauseMark {
  private volatile boolean paused;

  @Override
  public boolean isSet() {
    return paused;
  }

  @Override
  public Optional<String> set(boolean pause) {
    paused = pause;
    return Optional.empty();
  }
}
