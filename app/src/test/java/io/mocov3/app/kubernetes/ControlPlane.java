package io.mocov3.app.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * etcd, kube-apiserver and kube-controller-manager on loopback: all that decides in a cluster, but
 * no node. The programs are in the folder that {@code KUBEBUILDER_ASSETS} names, which {@code
 * k8s/controlplane/build} fills.
 */
final class ControlPlane implements AutoCloseable {
  private static final String ASSETS = "KUBEBUILDER_ASSETS";
  private static final List<String> NEEDED =
      List.of(
          "etcd",
          "kube-apiserver",
          "kube-controller-manager",
          "kubectl",
          "jobset",
          "trainer-controller-manager",
          "crds");
  private static final String CONTROLLERS =
      "job-controller,disruption-controller,garbage-collector-controller,"
          + "serviceaccount-controller,namespace-controller,ttl-after-finished-controller,"
          + "endpointslice-controller";

  /** What a command printed. */
  record Result(int code, String out, String err) {}

  private final Path folder;
  private final Path assets;
  private final String token = UUID.randomUUID().toString();
  private final List<Process> processes = new ArrayList<>();
  private final String server;
  private KubernetesClient client;

  /** Why there can be none here; empty when there can. */
  static Optional<String> lacking() {
    String assets = System.getenv(ASSETS);
    if (assets == null) {
      return Optional.of(ASSETS + " is not set; k8s/controlplane/build fills a folder for it");
    }
    return NEEDED.stream()
        .filter(name -> !Files.exists(Path.of(assets, name)))
        .findFirst()
        .map(name -> ASSETS + " has no " + name + "; k8s/controlplane/build makes it");
  }

  /** Takes about ten seconds; {@code folder} is for its files. */
  static ControlPlane start(Path folder) throws Exception {
    return new ControlPlane(folder);
  }

  private ControlPlane(Path folder) throws Exception {
    this.folder = folder;
    assets = Path.of(System.getenv(ASSETS)).toAbsolutePath();
    int port = freePort();
    server = "https://127.0.0.1:" + port;
    makeKeys();
    Files.writeString(
        folder.resolve("tokens.csv"),
        token + ",admin,admin,\"system:masters\"" + System.lineSeparator());
    Files.writeString(kubeconfig(), access());
    try {
      startApiServer(startEtcd(), port);
      await("the API server, see " + folder)
          .atMost(Duration.ofMinutes(2))
          .until(() -> kubectl("get", "--raw", "/readyz").code() == 0);
      startControllers();
      client = new KubernetesClientBuilder().withConfig(config()).build();
      installSchemas();
      client.resource(PodStatusWriter.node()).create();
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
  }

  KubernetesClient client() {
    return client;
  }

  Path assets() {
    return assets;
  }

  Path kubeconfig() {
    return folder.resolve("kubeconfig");
  }

  Result kubectl(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                assets.resolve("kubectl").toString(),
                "--kubeconfig=" + kubeconfig(),
                "--cache-dir=" + folder.resolve("cache")));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** As users apply a folder of {@code k8s}, with the server's own strict check of every field. */
  Result apply(Path kustomization) throws Exception {
    Result applied =
        kubectl("apply", "--server-side", "--validate=strict", "-k", kustomization.toString());
    // kubectl tells so of a flag that it sets itself
    String err =
        applied
            .err()
            .lines()
            .filter(line -> !line.contains("Sorting order is set both in"))
            .collect(Collectors.joining("\n"));
    return new Result(applied.code(), applied.out(), err);
  }

  /** By the API that drains use; false when a budget forbids it. */
  boolean evict(Pod pod) {
    return client
        .pods()
        .inNamespace(pod.getMetadata().getNamespace())
        .withName(pod.getMetadata().getName())
        .evict();
  }

  @Override
  public void close() throws Exception {
    if (client != null) {
      client.close();
    }
    for (Process process : processes.reversed()) {
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private String startEtcd() throws IOException {
    String clients = "http://127.0.0.1:" + freePort();
    String peers = "http://127.0.0.1:" + freePort();
    start(
        "etcd",
        "--data-dir=" + folder.resolve("etcd"),
        "--listen-client-urls=" + clients,
        "--advertise-client-urls=" + clients,
        "--listen-peer-urls=" + peers,
        "--initial-advertise-peer-urls=" + peers,
        "--initial-cluster=default=" + peers);
    return clients;
  }

  private void startApiServer(String etcd, int port) throws IOException {
    start(
        "kube-apiserver",
        "--etcd-servers=" + etcd,
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--secure-port=" + port,
        "--cert-dir=" + folder.resolve("certificates"),
        "--service-account-issuer=https://kubernetes.default",
        "--service-account-key-file=" + folder.resolve("accounts.pub"),
        "--service-account-signing-key-file=" + folder.resolve("accounts.key"),
        "--token-auth-file=" + folder.resolve("tokens.csv"),
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.0.0.0/24");
  }

  private void startControllers() throws IOException {
    start(
        "kube-controller-manager",
        "--kubeconfig=" + kubeconfig(),
        "--service-account-private-key-file=" + folder.resolve("accounts.key"),
        "--leader-elect=false",
        "--secure-port=0",
        "--controllers=" + CONTROLLERS);
  }

  /** Of the kinds that are others': of Prometheus Operator, Kueue, JobSet and Trainer. */
  private void installSchemas() throws Exception {
    Result applied = kubectl("apply", "--server-side", "-f", assets.resolve("crds").toString());
    assertThat(applied.code()).as(applied.err()).isZero();
    Result established =
        kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s");
    assertThat(established.code()).as(established.err()).isZero();
  }

  private void start(String program, String... arguments) throws IOException {
    start(program, Map.of(), List.of(arguments));
  }

  /** One of the assets, which ends with this. */
  void start(String program, Map<String, String> environment, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(assets.resolve(program).toString()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(program + ".log").toFile());
    builder.environment().putAll(environment);
    processes.add(builder.start());
  }

  private Config config() {
    return new ConfigBuilder(Config.empty())
        .withMasterUrl(server)
        .withCaCertFile(folder.resolve("certificates/apiserver.crt").toString())
        .withOauthToken(token)
        // a refusal is an answer
        .withRequestRetryBackoffLimit(0)
        .build();
  }

  private String access() {
    return """
    apiVersion: v1
    kind: Config
    clusters:
      - name: test
        cluster: { server: "%s", certificate-authority: "%s" }
    users:
      - name: test
        user: { token: "%s" }
    contexts:
      - name: test
        context: { cluster: test, user: test }
    current-context: test
    """
        .formatted(server, folder.resolve("certificates/apiserver.crt"), token);
  }

  private void makeKeys() throws IOException, NoSuchAlgorithmException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    Pem.write(folder.resolve("accounts.key"), "PRIVATE KEY", pair.getPrivate().getEncoded());
    Pem.write(folder.resolve("accounts.pub"), "PUBLIC KEY", pair.getPublic().getEncoded());
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
