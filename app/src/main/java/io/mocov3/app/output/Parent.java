package io.mocov3.app.output;

import java.io.IOException;
import java.io.InputStream;

/** Of a process that another one of this program has started: whether that is still there. */
public final class Parent {
  /** Set in the environment of such a process, whose standard input ends with its parent. */
  public static final String VARIABLE = "MOCOV3_LAUNCHED";

  private Parent() {}

  /** Runs {@code gone} once the parent is gone, if there is one. */
  public static void watch(Runnable gone) {
    if (System.getenv(VARIABLE) != null) {
      Thread.ofPlatform().daemon().name("parent").start(() -> wait(System.in, gone));
    }
  }

  private static void wait(InputStream pipe, Runnable gone) {
    try {
      while (pipe.read() >= 0) {
        // nothing is ever sent
      }
    } catch (IOException e) {
      // it is gone
    }
    gone.run();
  }
}
