package io.mocov3.app.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Stands in for a node: takes every pod of a namespace, runs its container, asks its probes, tells
 * the API server how it goes and ends it when it is deleted. A thread for each pod.
 */
final class Kubelet implements AutoCloseable {
  private static final long INTERVAL_MILLIS = 100;

  private final KubernetesClient client;
  private final String namespace;
  private final ContainerRuntime runtime;
  private final Volumes volumes;
  private final Path folder;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();

  /** Held by running containers: one more would write to the same run. */
  private final Semaphore running;

  private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();

  Kubelet(KubernetesClient client, String namespace, ContainerRuntime runtime, Path folder) {
    this(client, namespace, runtime, folder, 1);
  }

  /** For so many containers at once. */
  Kubelet(
      KubernetesClient client,
      String namespace,
      ContainerRuntime runtime,
      Path folder,
      int containers) {
    running = new Semaphore(containers);
    this.client = client;
    this.namespace = namespace;
    this.runtime = runtime;
    this.folder = folder;
    volumes = new Volumes(client, folder);
    start(this::takePods);
  }

  Volumes volumes() {
    return volumes;
  }

  /** What the container of a pod has printed. */
  Path log(Pod pod) {
    return folder.resolve(pod.getMetadata().getName() + ".log");
  }

  /** Of the container of a pod; empty while it runs. */
  OptionalInt exitCode(Pod pod) {
    return workers.get(pod.getMetadata().getUid()).exitCode();
  }

  /** Power is gone: the container ends at once, and nobody tells. */
  void losePower(Pod pod) throws Exception {
    workers.get(pod.getMetadata().getUid()).losePower();
  }

  private Void takePods() throws Exception {
    while (true) {
      for (Pod pod : client.pods().inNamespace(namespace).list().getItems()) {
        workers.computeIfAbsent(pod.getMetadata().getUid(), uid -> take(pod));
      }
      Thread.sleep(INTERVAL_MILLIS);
    }
  }

  private PodWorker take(Pod pod) {
    PodWorker worker =
        new PodWorker(new PodStatusWriter(client, pod), runtime, volumes, log(pod), running);
    start(worker::live);
    return worker;
  }

  /** What fails before the end is told by {@link #close}. */
  private void start(Callable<Void> work) {
    threads.execute(
        () -> {
          try {
            work.call();
          } catch (Exception e) {
            if (!threads.isShutdown()) {
              failures.add(e);
            }
          }
        });
  }

  @Override
  public void close() throws Exception {
    threads.shutdownNow();
    if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("a container did not end");
    }
    assertThat(failures).isEmpty();
  }
}
