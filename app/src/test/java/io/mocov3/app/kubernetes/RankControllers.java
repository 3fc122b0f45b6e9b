package io.mocov3.app.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The controllers of JobSet and of Kubeflow Trainer beside a control plane, with their webhooks.
 */
final class RankControllers {
  private static final char[] PASSWORD = "not a secret".toCharArray();

  private final ControlPlane plane;
  private final Path folder;

  private RankControllers(ControlPlane plane, Path folder) throws Exception {
    this.plane = plane;
    this.folder = folder;
    makeCertificate();
  }

  /** They end with the plane; {@code folder} is for their files. */
  static void start(ControlPlane plane, Path folder) throws Exception {
    RankControllers controllers = new RankControllers(plane, folder);
    controllers.start(
        "jobset",
        "jobset",
        """
        apiVersion: config.jobset.x-k8s.io/v1alpha1
        kind: Configuration
        internalCertManagement: { enable: false }
        leaderElection: { leaderElect: false }
        """);
    controllers.start(
        "trainer",
        "trainer-controller-manager",
        """
        apiVersion: config.trainer.kubeflow.org/v1alpha1
        kind: Configuration
        certManagement: { enable: false }
        """);
  }

  private void start(String name, String program, String configuration) throws Exception {
    int webhooks = ControlPlane.freePort();
    int health = ControlPlane.freePort();
    Path file =
        Files.writeString(
            folder.resolve(name + ".yaml"),
            configuration
                + """
                webhook: { host: 127.0.0.1, port: %d }
                metrics: { bindAddress: "0" }
                health: { healthProbeBindAddress: "127.0.0.1:%d" }
                """
                    .formatted(webhooks, health));
    plane.start(
        program,
        Map.of("KUBECONFIG", plane.kubeconfig().toString(), "TMPDIR", folder.toString()),
        List.of("--config=" + file));
    await(name + " is ready").atMost(Duration.ofMinutes(1)).until(() -> isReady(health));
    install(name, webhooks);
  }

  private static boolean isReady(int port) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + port + "/readyz");
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()).statusCode()
          == 200;
    } catch (ConnectException e) {
      return false;
    }
  }

  /** As they are in its manifests, but at an address, for there are no services here. */
  private void install(String name, int port) throws Exception {
    String authority = Base64.getEncoder().encodeToString(Files.readAllBytes(pem()));
    String manifest =
        Files.readString(plane.assets().resolve("webhooks").resolve(name + ".yaml"))
            .replaceAll(
                "service:\\n +name: \\S+\\n +namespace: \\S+\\n +path: (\\S+)",
                "url: https://127.0.0.1:%d$1\n    caBundle: %s".formatted(port, authority))
            .replaceAll("(mutating|validating)-webhook-configuration", name + "-$1");
    Path file = Files.writeString(folder.resolve(name + "-webhooks.yaml"), manifest);
    ControlPlane.Result applied = plane.kubectl("apply", "-f", file.toString());
    assertThat(applied.code()).as(applied.err()).isZero();
  }

  private Path pem() {
    return folder.resolve("k8s-webhook-server/serving-certs/tls.crt");
  }

  private void makeCertificate() throws Exception {
    Path store = Files.createDirectories(folder).resolve("webhooks.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "webhooks",
                "-keyalg",
                "RSA",
                "-dname",
                "CN=webhooks",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
    Files.createDirectories(pem().getParent());
    Pem.write(
        pem().resolveSibling("tls.key"),
        "PRIVATE KEY",
        keys.getKey("webhooks", PASSWORD).getEncoded());
    Pem.write(pem(), "CERTIFICATE", keys.getCertificate("webhooks").getEncoded());
  }
}
