package io.mocov3.app.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;

/**
 * The three probes of a container, each at its own period: until the first one has succeeded the
 * others are not asked.
 */
final class Probes implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final int port;
  private final Asked startup;
  private final Asked liveness;
  private final Asked readiness;

  Probes(Container container) {
    port = container.getPorts().getFirst().getContainerPort();
    startup = new Asked(container.getStartupProbe());
    liveness = new Asked(container.getLivenessProbe());
    readiness = new Asked(container.getReadinessProbe());
  }

  /** Asks what is due. */
  void ask() throws InterruptedException {
    if (!startup.good) {
      startup.askIfDue();
    } else {
      liveness.askIfDue();
      readiness.askIfDue();
    }
  }

  boolean isStarted() {
    return startup.good;
  }

  boolean isReady() {
    return readiness.good;
  }

  /** Whether the kubelet must end the container. */
  boolean hasFailed() {
    return startup.hasFailed() || liveness.hasFailed();
  }

  @Override
  public void close() {
    http.close();
  }

  private final class Asked {
    private final Probe probe;
    private Instant due = Instant.now();
    private int failures;
    private boolean good;

    private Asked(Probe probe) {
      this.probe = probe;
    }

    private void askIfDue() throws InterruptedException {
      if (Instant.now().isBefore(due)) {
        return;
      }
      due = Instant.now().plusSeconds(probe.getPeriodSeconds());
      if (answers()) {
        good = true;
        failures = 0;
      } else if (++failures >= probe.getFailureThreshold()) {
        good = false;
      }
    }

    private boolean hasFailed() {
      return failures >= probe.getFailureThreshold();
    }

    private boolean answers() throws InterruptedException {
      URI uri = URI.create("http://127.0.0.1:" + port + probe.getHttpGet().getPath());
      HttpRequest request =
          HttpRequest.newBuilder(uri)
              .timeout(Duration.ofSeconds(probe.getTimeoutSeconds()))
              .build();
      try {
        return http.send(request, BodyHandlers.discarding()).statusCode() / 100 == 2;
      } catch (IOException e) {
        return false;
      }
    }
  }
}
