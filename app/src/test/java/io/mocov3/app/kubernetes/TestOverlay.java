package io.mocov3.app.kubernetes;

import io.mocov3.app.process.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An overlay of our own over one of {@code k8s/overlays}, as a user writes one. */
final class TestOverlay {
  private static final Path KUBERNETES = Path.of("..", "k8s").toAbsolutePath().normalize();

  private static final String EXPERIMENT =
      TinyRun.experiment("/data/shapes")
          + """
          mocov3 {
            run { name = tiny, steps = 1500, log-samples = false }
            evaluation.knn.every-steps = 500
            checkpoint.every-steps = 100
            http.enabled = true
          }
          """;

  private TestOverlay() {}

  /** In a namespace of that name, otherwise as it is. */
  static Path of(String overlay, String namespace, Path folder) throws IOException {
    return write(folder, kustomization(overlay, namespace));
  }

  /**
   * With a training that takes seconds, at a free port and with probes that ask often.
   *
   * @param lines further settings of the experiment
   */
  static Path tiny(String namespace, int port, Path folder, String... lines) throws IOException {
    return tiny(
        "cpu",
        namespace,
        folder,
        List.of(lines),
        """
        patches:
          - patch: |-
              apiVersion: batch/v1
              kind: Job
              metadata:
                name: mocov3
                namespace: mocov3
              spec:
                template:
                  spec:
                    containers:
                      - name: mocov3
                        env:
                          - name: CONFIG_FORCE_mocov3_http_port
                            value: "%1$d"
                          - name: CONFIG_FORCE_mocov3_threads
                            value: "2"
                          - name: CONFIG_FORCE_mocov3_data_workers
                            value: "2"
                        ports:
                          - name: http
                            containerPort: 9464
                            $patch: delete
                          - name: http
                            containerPort: %1$d
                        startupProbe: { periodSeconds: 1 }
                        readinessProbe: { periodSeconds: 1 }
        """
            .formatted(port));
  }

  /** The same by several pods on CPUs, which {@code overlay} makes; its namespace has its name. */
  static Path tinyRanks(String overlay, int port, Path folder) throws IOException {
    Ranks ranks = Ranks.of(overlay);
    return tiny(
        overlay,
        overlay,
        folder,
        List.of("mocov3.run.steps = 100"),
        """
        patches:
          - target: { kind: %1$s }
            patch: |-
              - { op: test, path: %2$s/env/%3$d/name, value: CONFIG_FORCE_mocov3_device }
              - { op: replace, path: %2$s/env/%3$d/value, value: cpu }
              - { op: test, path: %2$s/env/%4$d/name, value: CONFIG_FORCE_mocov3_data_workers }
              - { op: replace, path: %2$s/env/%4$d/value, value: "2" }
              - { op: test, path: %2$s/env/%5$d/name, value: CONFIG_FORCE_mocov3_http_port }
              - { op: replace, path: %2$s/env/%5$d/value, value: "%6$d" }
              - { op: add, path: %2$s/env/-, value: { name: CONFIG_FORCE_mocov3_threads, value: "2" } }
              - { op: replace, path: %2$s/ports/0/containerPort, value: %6$d }
              - { op: replace, path: %2$s/startupProbe/periodSeconds, value: 1 }
              - { op: replace, path: %2$s/readinessProbe/periodSeconds, value: 1 }
        """
            .formatted(
                ranks.kind, ranks.container, ranks.ours, ranks.ours + 1, ranks.ours + 4, port));
  }

  /** Where the pods of a group are written down, and which of their variables is our first. */
  private record Ranks(String kind, String container, int ours) {
    static Ranks of(String overlay) {
      String pods = "/template/spec/containers/0";
      return switch (overlay) {
        case "multi-node" -> new Ranks("Job", "/spec" + pods, 3);
        case "jobset" -> new Ranks("JobSet", "/spec/replicatedJobs/0/template/spec" + pods, 3);
        case "trainjob" ->
            new Ranks(
                "TrainingRuntime", "/spec/template/spec/replicatedJobs/0/template/spec" + pods, 0);
        default -> throw new IllegalArgumentException(overlay);
      };
    }
  }

  private static Path tiny(
      String overlay, String namespace, Path folder, List<String> lines, String patches)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("experiment.conf"), EXPERIMENT + String.join("\n", lines) + "\n");
    return write(
        folder,
        kustomization(overlay, namespace)
            + """
            configMapGenerator:
              - name: mocov3-experiment
                behavior: replace
                files: [experiment.conf]
                options: { immutable: true }
            """
            + patches);
  }

  private static String kustomization(String overlay, String namespace) {
    String order = overlay.equals("trainjob") ? "sortOptions: { order: fifo }\n" : "";
    return order
        + """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        namespace: %s
        resources:
          - K8S/overlays/%s
        """
            .formatted(namespace, overlay);
  }

  /** One more folder of {@code k8s} for an overlay. */
  static void add(String list, String name, Path folder) throws IOException {
    Path file = folder.resolve("kustomization.yaml");
    String lines = Files.readString(file) + "%s:\n  - K8S/%s\n".formatted(list, name);
    write(folder, lines);
  }

  /** kustomize wants paths that are relative. */
  private static Path write(Path folder, String kustomization) throws IOException {
    Files.createDirectories(folder);
    Path kubernetes = folder.toRealPath().relativize(KUBERNETES.toRealPath());
    Files.writeString(
        folder.resolve("kustomization.yaml"), kustomization.replace("K8S", kubernetes.toString()));
    return folder;
  }
}
