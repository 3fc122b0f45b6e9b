package io.mocov3.app.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several pods that train together, made by the Job controller and by those of JobSet and Kubeflow
 * Trainer on a real control plane; a test is their node.
 */
@ExtendWith(NeedsControlPlane.class)
class RankPodsTest {
  private static final String LAST_WEIGHTS = "mocov3/checkpoints/step-00000100/model.safetensors";
  private static final String INDEX = "batch.kubernetes.io/job-completion-index";

  @TempDir private static Path files;
  private static ControlPlane plane;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    plane = ControlPlane.start(files);
    RankControllers.start(plane, files.resolve("controllers"));
  }

  @AfterAll
  static void stop() throws Exception {
    plane.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"multi-node", "jobset", "trainjob"})
  void eachFindsTheFirstByItsName(String overlay) throws Exception {
    String namespace = "names-" + overlay;
    ControlPlane.Result applied = plane.apply(TestOverlay.of(overlay, namespace, folder));

    assertThat(applied.err()).isEmpty();
    assertThat(applied.code()).isZero();
    await().atMost(Duration.ofSeconds(30)).until(() -> pods(namespace).size() == 2);
    Pod first = ofIndex(pods(namespace), "0");
    String subdomain = first.getSpec().getSubdomain();
    Service names = plane.client().services().inNamespace(namespace).withName(subdomain).require();
    assertThat(names.getSpec().getClusterIP()).isEqualTo("None");
    assertThat(names.getSpec().getPublishNotReadyAddresses()).isTrue();
    assertThat(pods(namespace))
        .allSatisfy(
            pod -> {
              assertThat(pod.getSpec().getSubdomain()).isEqualTo(subdomain);
              assertThat(pod.getMetadata().getLabels())
                  .containsAllEntriesOf(names.getSpec().getSelector());
              Map<String, String> environment = ContainerRuntime.environment(pod);
              assertThat(of(environment, "MASTER_ADDR"))
                  .isEqualTo(first.getSpec().getHostname() + "." + subdomain);
              assertThat(of(environment, "MASTER_PORT")).isEqualTo("29500");
              assertThat(environment.getOrDefault("WORLD_SIZE", environment.get("PET_NNODES")))
                  .isEqualTo("2");
            });
  }

  private static String of(Map<String, String> environment, String name) {
    return environment.getOrDefault(name, environment.get("PET_" + name));
  }

  @ParameterizedTest
  @CsvSource({
    "multi-node, mocov3, jobs/mocov3, Complete",
    "jobset, mocov3-trainer-0, jobsets/mocov3, Completed",
    "trainjob, mocov3-ranks-node-0, trainjobs/mocov3-ranks, Complete"
  })
  void whenOneIsEvictedAllBeginAgainAndTheRunGoesOn(
      String overlay, String job, String object, String condition) throws Exception {
    JobRun run = JobRun.applyRanks(plane, overlay, job, folder);
    try (Kubelet node = run.node(2)) {
      await().atMost(Duration.ofMinutes(3)).until(() -> run.readyPods().size() == 2);
      List<Pod> first = run.readyPods();
      plane.client().policy().v1().podDisruptionBudget().inNamespace(overlay).delete();
      assertThat(plane.evict(ofIndex(first, "1"))).isTrue();
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> first.stream().allMatch(pod -> node.exitCode(pod).isPresent()));

      assertThat(first).allSatisfy(pod -> assertThat(node.exitCode(pod)).hasValue(75));
      run.awaitCondition("Complete");
      assertThat(run.job().getStatus().getFailed()).isNull();
      assertThat(node.volumes().claim("mocov3-runs").resolve(LAST_WEIGHTS)).isNotEmptyFile();
      ControlPlane.Result told =
          plane.kubectl(
              "-n", overlay, "wait", object, "--for=condition=" + condition, "--timeout=30s");
      assertThat(told.code()).as(told.err()).isZero();
    }
  }

  private static List<Pod> pods(String namespace) {
    return plane.client().pods().inNamespace(namespace).list().getItems();
  }

  private static Pod ofIndex(List<Pod> pods, String index) {
    return pods.stream()
        .filter(pod -> pod.getMetadata().getAnnotations().get(INDEX).equals(index))
        .findFirst()
        .orElseThrow();
  }
}
