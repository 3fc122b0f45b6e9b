package io.mocov3.augment.webdataset;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.time.Duration;

/** Tries again with growing pauses: networks have bad minutes, runs take weeks. */
final class Retries {
  private static final int ATTEMPTS = 7;
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(2);

  private final Retry retry;

  /** Pauses about double from the given one on; from a second on they end after a minute or so. */
  Retries(long firstPauseMillis) {
    IntervalFunction growing =
        IntervalFunction.ofExponentialRandomBackoff(
            Duration.ofMillis(firstPauseMillis), 2, 0.25, LONGEST_PAUSE);
    RetryConfig config =
        RetryConfig.custom()
            .maxAttempts(ATTEMPTS)
            .retryOnException(Retries::isWorthAnother)
            .intervalBiFunction(
                (attempt, outcome) -> pause(growing.apply(attempt), outcome.getLeft()))
            .build();
    retry = Retry.of("remote files", config);
  }

  /** What is tried. */
  interface Attempt<T> {
    T run() throws IOException;
  }

  /** All attempts failed. */
  private static final class Exhausted extends IOException {
    private static final long serialVersionUID = 1L;

    Exhausted(IOException last) {
      super(last.getMessage() + " (tried " + ATTEMPTS + " times)", last);
    }
  }

  <T> T run(Attempt<T> attempt) throws IOException {
    try {
      return retry.executeCheckedSupplier(attempt::run);
    } catch (IOException failure) {
      throw isWorthAnother(failure) ? new Exhausted(failure) : failure;
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** A server that says when to come back is not asked before, within bounds. */
  private static long pause(long growing, Throwable failure) {
    Duration asked = failure instanceof RemoteBusyException busy ? busy.pause() : Duration.ZERO;
    return Math.max(growing, Math.min(asked.toMillis(), LONGEST_PAUSE.toMillis()));
  }

  private static boolean isWorthAnother(Throwable failure) {
    return failure instanceof IOException
        && !(failure instanceof Exhausted)
        && !Thread.currentThread().isInterrupted();
  }
}
