package io.mocov3.app.plan;

import io.mocov3.app.settings.Settings;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The threads that decode and augment. */
public final class Workers {
  private Workers() {}

  public static ExecutorService start(Settings settings) {
    return Executors.newFixedThreadPool(
        settings.data().workers(), Thread.ofPlatform().daemon().name("views-", 0).factory());
  }
}
