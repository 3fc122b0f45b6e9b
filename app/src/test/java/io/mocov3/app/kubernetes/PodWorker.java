package io.mocov3.app.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** The life of one pod on its node, from its binding until it is gone. */
final class PodWorker {
  private static final Duration INTERVAL = Duration.ofMillis(100);

  private final PodStatusWriter status;
  private final ContainerRuntime runtime;
  private final Volumes volumes;
  private final Path log;
  private final Semaphore alone;
  private final CompletableFuture<ContainerRuntime.Running> container = new CompletableFuture<>();
  private volatile boolean powerless;
  private Instant end = Instant.MAX;

  PodWorker(
      PodStatusWriter status,
      ContainerRuntime runtime,
      Volumes volumes,
      Path log,
      Semaphore alone) {
    this.status = status;
    this.runtime = runtime;
    this.volumes = volumes;
    this.log = log;
    this.alone = alone;
  }

  OptionalInt exitCode() {
    return container.isDone() ? container.join().exitCode() : OptionalInt.empty();
  }

  /** The container ends at once; the control plane notices that the node is silent. */
  void losePower() throws Exception {
    powerless = true;
    container.join().kill();
    while (exitCode().isEmpty()) {
      Thread.sleep(INTERVAL);
    }
    status.nodeLost();
  }

  Void live() throws Exception {
    Pod pod = status.bind();
    if (!alone.tryAcquire()) {
      throw new IllegalStateException("one more container while all others run");
    }
    try {
      run(pod, runtime.start(pod, volumes.mount(pod), log));
    } finally {
      alone.release();
    }
    if (!powerless) {
      status.ended(exitCode().orElseThrow());
      status.removeIfDeleted();
    }
    return null;
  }

  private void run(Pod pod, ContainerRuntime.Running running) throws Exception {
    container.complete(running);
    try (Probes probes = new Probes(ContainerRuntime.only(pod))) {
      status.running(false, false);
      boolean ready = false;
      while (running.exitCode().isEmpty()) {
        if (!powerless) {
          attend(running, probes);
          ready = tell(probes, ready);
        }
        Thread.sleep(INTERVAL);
      }
    } finally {
      running.kill();
    }
  }

  private void attend(ContainerRuntime.Running running, Probes probes) throws Exception {
    Pod pod = status.read();
    boolean deleted = pod.getMetadata().getDeletionTimestamp() != null;
    if (end.equals(Instant.MAX) && (deleted || probes.hasFailed())) {
      end = Instant.now().plusSeconds(grace(pod));
      running.terminate();
    }
    if (Instant.now().isAfter(end)) {
      running.kill();
    }
    if (end.equals(Instant.MAX)) {
      probes.ask();
    }
  }

  /** Whether it is ready is told when it changes. */
  private boolean tell(Probes probes, boolean told) {
    if (probes.isReady() != told) {
      status.running(probes.isStarted(), probes.isReady());
    }
    return probes.isReady();
  }

  private static long grace(Pod pod) {
    Long ofDeletion = pod.getMetadata().getDeletionGracePeriodSeconds();
    return ofDeletion != null ? ofDeletion : pod.getSpec().getTerminationGracePeriodSeconds();
  }
}
