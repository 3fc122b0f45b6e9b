package io.mocov3.app.plan;

import io.mocov3.app.settings.Settings;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The threads that decode and augment. */
public final class Workers implements Executor, AutoCloseable {
  private static final long ENDING_SECONDS = 10;

  private final ExecutorService threads;

  private Workers(ExecutorService threads) {
    this.threads = threads;
  }

  public static Workers start(Settings settings) {
    return new Workers(
        Executors.newFixedThreadPool(
            settings.data().workers(), Thread.ofPlatform().daemon().name("views-", 0).factory()));
  }

  @Override
  public void execute(Runnable task) {
    threads.execute(task);
  }

  /**
   * What was begun is ended, for an image whose reading is interrupted would pass for a bad one; a
   * thread that hangs in a file that never answers is not waited for.
   */
  @Override
  public void close() {
    threads.shutdown();
    try {
      threads.awaitTermination(ENDING_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
