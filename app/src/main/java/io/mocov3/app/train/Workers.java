package io.mocov3.app.train;

import io.mocov3.app.settings.Settings;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The threads that decode and augment. */
final class Workers {
  private Workers() {}

  static ExecutorService start(Settings settings) {
    return Executors.newFixedThreadPool(
        settings.data().workers(), Thread.ofPlatform().daemon().name("views-", 0).factory());
  }
}
