package io.mocov3.app.http;

import akka.event.LoggingAdapter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * The log of the HTTP server. Who can send requests must not be able to fill a disk: of all that is
 * logged within an interval the first is a line, and the others are counted in a second one.
 */
final class RareLog implements LoggingAdapter {
  private final Logger logger;
  private final Duration interval;
  private boolean waiting;
  private long withheld;

  RareLog(Logger logger, Duration interval) {
    this.logger = logger;
    this.interval = interval;
  }

  private synchronized void line(String message) {
    if (waiting) {
      withheld++;
      return;
    }
    waiting = true;
    logger.warn("{}", message);
    CompletableFuture.delayedExecutor(interval.toMillis(), TimeUnit.MILLISECONDS)
        .execute(this::summary);
  }

  private synchronized void summary() {
    waiting = false;
    if (withheld > 0) {
      logger.warn("{} more like it in {} s", withheld, interval.toSeconds());
      withheld = 0;
    }
  }

  @Override
  public boolean isErrorEnabled() {
    return true;
  }

  @Override
  public boolean isWarningEnabled() {
    return true;
  }

  @Override
  public boolean isInfoEnabled() {
    return false;
  }

  @Override
  public boolean isDebugEnabled() {
    return false;
  }

  @Override
  public void notifyError(String message) {
    line(message);
  }

  @Override
  public void notifyError(Throwable cause, String message) {
    line(message + ": " + cause);
  }

  @Override
  public void notifyWarning(String message) {
    line(message);
  }

  @Override
  public void notifyInfo(String message) {}

  @Override
  public void notifyDebug(String message) {}
}
