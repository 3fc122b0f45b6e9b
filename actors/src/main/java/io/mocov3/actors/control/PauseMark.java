package io.mocov3.actors.control;

import java.util.Optional;

/** Whether training is paused, kept where a restart finds it. */
public interface PauseMark {
  boolean isSet();

  /** Why it could not be kept, if so; it holds for this process all the same. */
  Optional<String> set(boolean paused);
}
