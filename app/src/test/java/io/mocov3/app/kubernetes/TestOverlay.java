package io.mocov3.app.kubernetes;

import io.mocov3.app.process.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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
    return tiny("cpu", namespace, port, folder, lines);
  }

  /** The same by several pods, on CPUs. */
  static Path tinyRanks(String namespace, int port, Path folder) throws IOException {
    return tiny("multi-node", namespace, port, folder, "mocov3.run.steps = 100");
  }

  private static Path tiny(String overlay, String namespace, int port, Path folder, String... lines)
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
                              - name: CONFIG_FORCE_mocov3_device
                                value: cpu
                              - name: CONFIG_FORCE_mocov3_data_workers
                                value: "2"
                              - name: MASTER_PORT
                                value: "%2$d"
                            ports:
                              - name: http
                                containerPort: 9464
                                $patch: delete
                              - name: http
                                containerPort: %1$d
                            startupProbe: { periodSeconds: 1 }
                            readinessProbe: { periodSeconds: 1 }
            """
                .formatted(port, ControlPlane.freePort()));
  }

  private static String kustomization(String overlay, String namespace) {
    return """
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
