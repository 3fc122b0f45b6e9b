package io.mocov3.augment.webdataset;

import java.io.IOException;
import java.io.InterruptedIOException;

/** Tries again with growing pauses: networks have bad minutes, runs take weeks. */
final class Retry {
  private static final int ATTEMPTS = 7;

  private final long firstPauseMillis;

  /** Pauses double from the given one on; from a second on they end after about a minute. */
  Retry(long firstPauseMillis) {
    this.firstPauseMillis = firstPauseMillis;
  }

  /** What is tried. */
  interface Attempt<T> {
    T run() throws IOException;
  }

  <T> T run(Attempt<T> attempt) throws IOException {
    long pause = firstPauseMillis;
    for (int i = 1; ; i++) {
      try {
        return attempt.run();
      } catch (IOException failure) {
        if (Thread.currentThread().isInterrupted()) {
          throw failure;
        }
        if (i == ATTEMPTS) {
          throw new IOException(failure.getMessage() + " (tried " + ATTEMPTS + " times)", failure);
        }
      }
      sleep(pause);
      pause *= 2;
    }
  }

  private static void sleep(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted between two attempts");
    }
  }
}
