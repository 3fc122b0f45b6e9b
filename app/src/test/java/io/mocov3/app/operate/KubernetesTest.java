package io.mocov3.app.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.mocov3.app.process.Programs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KubernetesTest {
  private static final Path KUBERNETES = Path.of("..", "k8s");

  @Test
  void theDashboardsAndTheRulesBecomeConfigMaps() throws Exception {
    assumeTrue(Programs.isInstalled("kubectl"), "kubectl is not on the PATH");

    assertThat(kustomize("grafana"))
        .contains(
            "kind: ConfigMap", "grafana_dashboard: \"1\"", "training.json", "operations.json");
    assertThat(kustomize("prometheus")).contains("kind: ConfigMap", "rules.yaml", "Mocov3KnnDip");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "gpu", "spot", "kueue"})
  void allOfAnOverlayIsInOneNamespaceAndItsExperimentCannotBeEdited(String overlay)
      throws Exception {
    assumeTrue(Programs.isInstalled("kubectl"), "kubectl is not on the PATH");

    String rendered = kustomize("overlays/" + overlay);

    assertThat(rendered).contains("\nimmutable: true\n");
    for (String object : rendered.split("\n---\n", -1)) {
      JsonNode metadata = yaml(object).path("metadata");
      boolean isNamespace = yaml(object).path("kind").asText().equals("Namespace");
      assertThat(metadata.path(isNamespace ? "name" : "namespace").asText())
          .as(object)
          .isEqualTo("mocov3");
    }
  }

  @Test
  void theObjectOfTheOperatorHoldsTheRulesAsTheyAre() throws Exception {
    Path monitoring = KUBERNETES.resolve("monitoring");
    String object = Files.readString(monitoring.resolve("prometheusrule.yaml"));
    JsonNode rules = yaml(Files.readString(KUBERNETES.resolve("prometheus/rules.yaml")));

    assertThat(output(monitoring.resolve("make-prometheusrule").toString())).isEqualTo(object);
    assertThat(rules.path("groups").size()).isPositive();
    assertThat(yaml(object).path("spec")).isEqualTo(rules);
  }

  @ParameterizedTest
  @ValueSource(strings = {"training", "operations"})
  void panelsHaveTheirOwnNumberAndPlace(String dashboard) throws Exception {
    JsonNode board =
        new ObjectMapper().readTree(KUBERNETES.resolve("grafana/" + dashboard + ".json").toFile());
    Set<Integer> ids = new HashSet<>();
    Set<String> cells = new HashSet<>();

    assertThat(board.path("uid").asText()).isEqualTo("mocov3-" + dashboard);
    for (JsonNode panel : board.path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).isTrue();
      JsonNode place = panel.path("gridPos");
      int right = place.path("x").asInt() + place.path("w").asInt();
      assertThat(right).isLessThanOrEqualTo(24);
      for (int x = place.path("x").asInt(); x < right; x++) {
        for (int y = 0; y < place.path("h").asInt(); y++) {
          assertThat(cells.add(x + "," + (place.path("y").asInt() + y)))
              .as(panel.path("title").asText())
              .isTrue();
        }
      }
    }
    assertThat(ids).hasSizeGreaterThan(15);
  }

  private static JsonNode yaml(String text) throws Exception {
    return new YAMLMapper().readTree(text);
  }

  private static String kustomize(String folder) throws Exception {
    return output("kubectl", "kustomize", KUBERNETES.resolve(folder).toString());
  }

  private static String output(String... command) throws Exception {
    Process process = new ProcessBuilder(command).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor())
        .as(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .isZero();
    return printed;
  }
}
