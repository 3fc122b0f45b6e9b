package io.mocov3.app.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.mocov3.app.process.Programs;
import io.mocov3.app.process.PrometheusServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs of the {@code cpu} overlay on a real control plane; a test is their node. */
@ExtendWith(NeedsControlPlane.class)
class JobTest {
  private static final String LAST_WEIGHTS = "mocov3/checkpoints/step-00001500/model.safetensors";

  private static final String TOKEN = "known to few, and long";

  @TempDir private static Path files;
  private static ControlPlane plane;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    plane = ControlPlane.start(files);
  }

  @AfterAll
  static void stop() throws Exception {
    plane.close();
  }

  @Test
  void aRunThatIsDeletedEvictedAndLosesItsNodeEndsWithTheSameWeights() throws Exception {
    JobRun other = JobRun.apply(plane, "undisturbed", folder.resolve("undisturbed"));
    JobRun run = JobRun.applyWithControl(plane, "disturbed", folder.resolve("disturbed"));
    plane.client().secrets().inNamespace("disturbed").resource(token()).create();
    try (Kubelet undisturbed = other.node();
        Kubelet node = run.node()) {
      Pod first = run.awaitReadyAfter(List.of());
      assertThat(run.get("/metrics")).contains("mocov3_train_steps_total");
      assertThat(plane.client().resource(first).isReady()).isTrue();
      assertThat(run.post("/api/v1/checkpoint", "a token that is none")).isEqualTo(401);
      assertThat(run.post("/api/v1/checkpoint", TOKEN)).isEqualTo(200);
      assertThat(plane.evict(first)).as("the budget keeps a healthy run").isFalse();
      plane.client().resource(first).delete();

      Pod second = run.awaitReadyAfter(List.of(first));
      assertThat(node.exitCode(first)).hasValue(75);
      assertThat(Files.readString(node.log(second))).contains("resuming after step");
      plane.client().policy().v1().podDisruptionBudget().inNamespace("disturbed").delete();
      assertThat(plane.evict(second)).isTrue();

      Pod third = run.awaitReadyAfter(List.of(first, second));
      assertThat(node.exitCode(second)).hasValue(75);
      node.losePower(third);

      run.awaitCondition("Complete");
      assertThat(node.exitCode(third)).hasValue(137);
      assertThat(run.job().getStatus().getFailed()).isNull();
      other.awaitCondition("Complete");
      assertThat(weights(node)).isEqualTo(weights(undisturbed));
    }
  }

  @Test
  void prometheusScrapesWhatTheMonitorSelects() throws Exception {
    assumeTrue(Programs.isInstalled("prometheus"), "prometheus is not on the PATH");
    assumeTrue(PodStatusWriter.podsHaveAnAddress(), "this machine has no address but loopback");
    JobRun run = JobRun.apply(plane, "scraped", folder);
    try (Kubelet node = run.node()) {
      run.awaitReadyAfter(List.of());
      Monitored monitored = Monitored.of(plane.client(), "scraped");
      Path configuration =
          Files.writeString(
              folder.resolve("prometheus.yml"),
              """
              scrape_configs:
                - job_name: mocov3
                  scrape_interval: 1s
                  metrics_path: "%s"
                  static_configs: [ { targets: [ "%s" ] } ]
              """
                  .formatted(monitored.path(), monitored.endpoint()));
      try (PrometheusServer prometheus = PrometheusServer.start(folder, configuration)) {
        await()
            .atMost(Duration.ofMinutes(1))
            .ignoreExceptions()
            .until(
                () -> prometheus.query("increase(mocov3_train_steps_total[10s]) > 0").size() == 1);
      }
    }
  }

  private static Secret token() {
    return new SecretBuilder()
        .withNewMetadata()
        .withName("mocov3-token")
        .endMetadata()
        .addToStringData("token", TOKEN)
        .build();
  }

  private static byte[] weights(Kubelet node) throws Exception {
    return Files.readAllBytes(node.volumes().claim("mocov3-runs").resolve(LAST_WEIGHTS));
  }

  @Test
  void aMistakeInTheExperimentFailsTheJobAtOnce() throws Exception {
    JobRun run = JobRun.apply(plane, "mistake", folder, "mocov3.data.bach-size = 8");
    try (Kubelet node = run.node()) {
      JobCondition failed = run.awaitCondition("Failed");

      assertThat(failed.getReason()).isEqualTo("PodFailurePolicy");
      assertThat(failed.getMessage()).contains("exit code 2 matching FailJob");
      assertThat(run.pods()).hasSize(1);
      assertThat(Files.readString(node.log(run.pods().getFirst())))
          .contains("mocov3: ", "bach-size");
    }
  }

  @Test
  void aDivergenceFailsTheJobAtOnce() throws Exception {
    JobRun run =
        JobRun.apply(
            plane,
            "divergence",
            folder,
            "mocov3.stability { policy = stop, drill { step = 35, factor = 1e39 } }");
    try (Kubelet node = run.node()) {
      JobCondition failed = run.awaitCondition("Failed");

      assertThat(failed.getReason()).isEqualTo("PodFailurePolicy");
      assertThat(failed.getMessage()).contains("exit code 3 matching FailJob");
      assertThat(run.pods()).hasSize(1);
      assertThat(Files.readString(node.log(run.pods().getFirst())))
          .contains("mocov3: step 35 is not finite");
    }
  }

  /** No container runs here: the test only says what a node would. */
  @Test
  void twentyPreemptionsAreNoFailures() throws Exception {
    JobRun run = JobRun.apply(plane, "preempted", folder);

    for (int i = 0; i < 10; i++) {
      node(run.awaitPending()).ended(75, longAgo());
      Pod evicted = run.awaitPending();
      PodStatusWriter node = node(evicted);
      assertThat(plane.evict(evicted)).isTrue();
      node.ended(137, longAgo());
      node.removeIfDeleted();
    }
    node(run.awaitPending()).ended(0);

    run.awaitCondition("Complete");
    assertThat(run.job().getStatus().getFailed()).isNull();
    assertThat(run.job().getStatus().getSucceeded()).isEqualTo(1);
  }

  @Test
  void aSuspendedJobEndsItsPodAndGoesOnWithAnother() throws Exception {
    JobRun run = JobRun.apply(plane, "suspended", folder);
    Pod first = run.awaitPending();
    PodStatusWriter node = node(first);

    suspend("suspended", true);
    await().until(() -> node.read().getMetadata().getDeletionTimestamp() != null);
    node.ended(75, longAgo());
    node.removeIfDeleted();
    run.awaitCondition("Suspended");
    assertThat(run.pods()).isEmpty();
    suspend("suspended", false);
    node(run.awaitPending()).ended(0);

    run.awaitCondition("Complete");
    assertThat(run.job().getStatus().getFailed()).isNull();
  }

  private static void suspend(String namespace, boolean value) throws Exception {
    String patch = "{\"spec\":{\"suspend\":%b}}".formatted(value);
    ControlPlane.Result patched =
        plane.kubectl("-n", namespace, "patch", "job", "mocov3", "-p", patch);
    assertThat(patched.code()).as(patched.err()).isZero();
  }

  @Test
  void crashesAreCountedUntilTheLimit() throws Exception {
    JobRun run = JobRun.apply(plane, "crashing", folder);

    for (int i = 0; i <= run.job().getSpec().getBackoffLimit(); i++) {
      node(run.awaitPending()).ended(137, longAgo());
    }

    assertThat(run.awaitCondition("Failed").getReason()).isEqualTo("BackoffLimitExceeded");
  }

  private static PodStatusWriter node(Pod pod) {
    PodStatusWriter node = new PodStatusWriter(plane.client(), pod);
    node.bind();
    node.running(false, false);
    return node;
  }

  /** The Job controller pauses after the end of a pod, ever longer; here that is over. */
  private static String longAgo() {
    return Instant.now().minus(2, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
