package io.mocov3.app.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each overlay before a real API server, which knows every field and enforces Pod Security. */
@ExtendWith(NeedsControlPlane.class)
class OverlaysTest {
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

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "gpu", "spot"})
  void anOverlayIsAppliedWithoutAWordAndItsPodIsAdmitted(String overlay) throws Exception {
    ControlPlane.Result applied = plane.apply(TestOverlay.of(overlay, overlay, folder));

    assertThat(applied.err()).isEmpty();
    assertThat(applied.code()).isZero();
    assertThat(applied.out()).contains("servicemonitor", "prometheusrule", "networkpolicy");
    await().atMost(Duration.ofSeconds(30)).until(() -> pods(overlay).size() == 1);
  }

  @Test
  void underKueueTheJobWaitsInItsQueue() throws Exception {
    ControlPlane.Result applied = plane.apply(TestOverlay.of("kueue", "kueue", folder));

    assertThat(applied.err()).isEmpty();
    assertThat(applied.code()).isZero();
    assertThat(applied.out()).contains("localqueue.kueue.x-k8s.io/mocov3");
    await().atMost(Duration.ofSeconds(30)).until(() -> isSuspended("kueue"));
    assertThat(pods("kueue")).isEmpty();
  }

  @Test
  void aFurtherRunBringsNoRulesAndDashboards() throws Exception {
    Path overlay = TestOverlay.of("cpu", "further", folder);
    TestOverlay.add("components", "further-run", overlay);

    ControlPlane.Result applied = plane.apply(overlay);

    assertThat(applied.code()).as(applied.err()).isZero();
    assertThat(applied.out())
        .contains("job.batch/mocov3", "servicemonitor")
        .doesNotContain("prometheusrule", "dashboards");
  }

  @Test
  void anExperimentIsNotEditedUnderItsRun() throws Exception {
    JobRun run = JobRun.apply(plane, "edited", folder);

    ControlPlane.Result again =
        plane.apply(
            TestOverlay.tiny(
                "edited", run.port(), folder.resolve("overlay"), "mocov3.threads = 1"));

    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("field is immutable when `immutable` is set");
  }

  @ParameterizedTest
  @ValueSource(strings = {"job.yaml", "poddisruptionbudget.yaml", "servicemonitor.yaml"})
  void aFieldThatDoesNotExistIsRefused(String kind) throws Exception {
    Path kubernetes = Path.of("..", "k8s");
    Path file = kubernetes.resolve("base").resolve(kind);
    String object =
        Files.readString(Files.exists(file) ? file : kubernetes.resolve("monitoring/" + kind));
    Path wrong =
        Files.writeString(
            folder.resolve("wrong.yaml"),
            object.replace("\nspec:\n", "\nspec:\n  thereIsNone: 1\n"));

    ControlPlane.Result applied =
        plane.kubectl("apply", "--server-side", "--validate=strict", "-f", wrong.toString());

    assertThat(applied.code()).isEqualTo(1);
    assertThat(applied.err()).contains("thereIsNone");
  }

  @Test
  void aPodWithMoreRightsIsNotAdmitted() throws Exception {
    assertThat(plane.apply(TestOverlay.of("cpu", "rights", folder)).code()).isZero();
    await().atMost(Duration.ofSeconds(30)).until(() -> pods("rights").size() == 1);
    Pod ours = pods("rights").getFirst();
    Pod root =
        new PodBuilder()
            .withNewMetadata()
            .withName("root")
            .withNamespace("rights")
            .endMetadata()
            .withNewSpecLike(ours.getSpec())
            .editSecurityContext()
            .withRunAsNonRoot(false)
            .withSeccompProfile(null)
            .endSecurityContext()
            .endSpec()
            .build();

    assertThatThrownBy(() -> plane.client().resource(root).create())
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("violates PodSecurity \"restricted:latest\"")
        .hasMessageContaining("runAsNonRoot")
        .hasMessageContaining("seccompProfile");
  }

  private static boolean isSuspended(String namespace) {
    return plane
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withName("mocov3")
        .require()
        .getStatus()
        .getConditions()
        .stream()
        .anyMatch(condition -> condition.getType().equals("Suspended"));
  }

  private static List<Pod> pods(String namespace) {
    return plane.client().pods().inNamespace(namespace).list().getItems();
  }
}
