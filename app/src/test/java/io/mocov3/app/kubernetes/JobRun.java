package io.mocov3.app.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Our Job in a namespace of its own, with a training that takes seconds.
 *
 * @param name of the Job, which may be another controller's
 */
record JobRun(ControlPlane plane, String namespace, String name, Path folder, int port) {
  private static final Duration PATIENCE = Duration.ofMinutes(6);

  /** {@code lines} are further settings of the experiment. */
  static JobRun apply(ControlPlane plane, String namespace, Path folder, String... lines)
      throws Exception {
    JobRun run = new JobRun(plane, namespace, "mocov3", folder, ControlPlane.freePort());
    run.apply(TestOverlay.tiny(namespace, run.port, folder.resolve("overlay"), lines));
    return run;
  }

  /** With the component that wants a token. */
  static JobRun applyWithControl(ControlPlane plane, String namespace, Path folder)
      throws Exception {
    JobRun run = new JobRun(plane, namespace, "mocov3", folder, ControlPlane.freePort());
    Path overlay = TestOverlay.tiny(namespace, run.port, folder.resolve("overlay"));
    TestOverlay.add("components", "control", overlay);
    run.apply(overlay);
    return run;
  }

  private void apply(Path overlay) throws Exception {
    ControlPlane.Result applied = plane.apply(overlay);
    assertThat(applied.err()).isEmpty();
    assertThat(applied.code()).isZero();
  }

  /** Of several pods that train together, in a namespace that is called like the overlay. */
  static JobRun applyRanks(ControlPlane plane, String overlay, String name, Path folder)
      throws Exception {
    JobRun run = new JobRun(plane, overlay, name, folder, ControlPlane.freePort());
    run.apply(TestOverlay.tinyRanks(overlay, run.port, folder.resolve("overlay")));
    return run;
  }

  /** A node for as many of its pods at once. */
  Kubelet node(int pods) throws IOException {
    return new Kubelet(plane.client(), namespace, new LocalProcess(), folder, pods);
  }

  /** A node for its pods: containers with -Dmocov3.runtime=podman, processes otherwise. */
  Kubelet node() throws IOException {
    ContainerRuntime runtime =
        switch (System.getProperty("mocov3.runtime", "process")) {
          case "podman" -> new Podman();
          case "process" -> new LocalProcess();
          default -> throw new IllegalArgumentException("mocov3.runtime is process or podman");
        };
    return new Kubelet(plane.client(), namespace, runtime, folder);
  }

  List<Pod> pods() {
    return plane.client().pods().inNamespace(namespace).list().getItems();
  }

  Job job() {
    return plane.client().batch().v1().jobs().inNamespace(namespace).withName(name).require();
  }

  Optional<JobCondition> condition(String type) {
    return job().getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals(type))
        .filter(condition -> condition.getStatus().equals("True"))
        .findFirst();
  }

  JobCondition awaitCondition(String type) {
    return await(namespace + " is " + type)
        .atMost(PATIENCE)
        .until(() -> condition(type), Optional::isPresent)
        .orElseThrow();
  }

  /** A pod that no node has yet. */
  Pod awaitPending() {
    return await("a pod of " + namespace)
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> pods().stream().filter(pod -> pod.getSpec().getNodeName() == null).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** The pod that is ready, other than {@code before}. */
  Pod awaitReadyAfter(List<Pod> before) {
    List<String> names = before.stream().map(pod -> pod.getMetadata().getName()).toList();
    return await("a ready pod of " + namespace)
        .atMost(PATIENCE)
        .until(
            () ->
                pods().stream()
                    .filter(pod -> !names.contains(pod.getMetadata().getName()))
                    .filter(JobRun::isReady)
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  List<Pod> readyPods() {
    return pods().stream().filter(JobRun::isReady).toList();
  }

  private static boolean isReady(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .anyMatch(
            condition ->
                condition.getType().equals("Ready") && condition.getStatus().equals("True"));
  }

  /** The status of HTTP. */
  int post(String path, String token) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                  .header("Authorization", "Bearer " + token)
                  .POST(BodyPublishers.noBody())
                  .build(),
              BodyHandlers.discarding())
          .statusCode();
    }
  }

  String get(String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + port + path);
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }
}
