package io.mocov3.app.operate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.ConfigFactory;
import io.mocov3.app.process.Programs;
import io.mocov3.app.process.PrometheusServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The systemd unit, and the compose file with its Prometheus. */
class WithoutKubernetesTest {
  private static final Path UNIT = Path.of("src", "dist", "systemd", "mocov3@.service");
  private static final Path KUBERNETES = Path.of("..", "k8s").toAbsolutePath().normalize();
  private static final Path COMPOSE = KUBERNETES.resolve("compose");

  @TempDir private Path folder;

  @Test
  void systemdFindsNothingWrongWithTheUnit() throws Exception {
    assumeTrue(Programs.isInstalled("systemd-analyze"), "systemd-analyze is not on the PATH");
    Path launcher = Path.of("src", "dist", "bin", "mocov3").toAbsolutePath();
    String unit = Files.readString(UNIT);
    assertThat(unit).contains("ExecStart=/opt/mocov3/bin/mocov3 train");

    assertThat(verified(unit.replace("/opt/mocov3/bin/mocov3", launcher.toString()))).isEmpty();
    assertThat(verified(unit)).contains("/opt/mocov3/bin/mocov3 is not executable");
  }

  @Test
  void theStopOfUnitAndServiceOutlastsThatOfTheProgram() throws Exception {
    Duration grace =
        ConfigFactory.parseResources("reference.conf").getDuration("mocov3.run.stop-grace");
    JsonNode training = compose().path("services").path("training");

    assertThat(Files.readString(UNIT)).contains("TimeoutStopSec=150s\n");
    assertThat(training.path("stop_grace_period").asText()).isEqualTo("150s");
    assertThat(grace).isLessThan(Duration.ofSeconds(150));
  }

  @Test
  void whatTheComposeFileMountsIsThere() throws Exception {
    JsonNode services = compose().path("services");
    for (String service : List.of("prometheus", "grafana")) {
      for (JsonNode volume : services.path(service).path("volumes")) {
        String source = volume.asText().split(":", -1)[0];
        if (source.startsWith(".")) {
          assertThat(COMPOSE.resolve(source)).as(volume.asText()).isDirectory();
        }
      }
    }
    assertThat(services.path("training").path("volumes").toString())
        .contains(
            "training:"
                + Files.readString(KUBERNETES.resolve("image/Dockerfile"))
                    .replaceAll("(?s).*\nWORKDIR (\\S+).*", "$1"));
    JsonNode provider = yaml(COMPOSE.resolve("grafana/dashboards/mocov3.yaml")).path("providers");
    JsonNode source = yaml(COMPOSE.resolve("grafana/datasources/prometheus.yaml"));
    JsonNode grafana = services.path("grafana");

    assertThat(onThisMachine(provider.path(0).path("options").path("path").asText()))
        .isDirectoryContaining("glob:**/training.json")
        .isDirectoryContaining("glob:**/operations.json");
    assertThat(onThisMachine(grafana.path("environment").path("GF_PATHS_PROVISIONING").asText()))
        .isDirectoryContaining("glob:**/datasources")
        .isDirectoryContaining("glob:**/dashboards");
    assertThat(services.path("prometheus").path("command").toString())
        .contains(source.path("datasources").path(0).path("url").asText().substring(7));
  }

  @Test
  void promtoolFindsNothingWrongWithTheConfiguration() throws Exception {
    assumeTrue(Programs.isInstalled("promtool"), "promtool is not on the PATH");

    assertThat(output("promtool", "check", "config", COMPOSE.resolve("prometheus.yml").toString()))
        .contains("1 rule files found")
        .doesNotContain("FAILED");
  }

  @Test
  void itsPrometheusScrapesWithTheRulesLoaded() throws Exception {
    assumeTrue(Programs.isInstalled("prometheus"), "prometheus is not on the PATH");
    HttpServer target =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    target.createContext(
        "/metrics",
        exchange -> {
          byte[] body = "mocov3_rollbacks_total{reason=\"dip\"} 1\n".getBytes(UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/plain; version=0.0.4");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    target.start();
    try (PrometheusServer prometheus = prometheus(target.getAddress().getPort())) {
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(() -> prometheus.query("mocov3_rollbacks_total").size() == 1);
      assertThat(prometheus.data("rules").path("groups").findValuesAsText("name"))
          .contains("mocov3-recording", "mocov3-alerts", "Mocov3RolledBack");
      assertThat(prometheus.data("targets").path("activeTargets").path(0).path("labels").toString())
          .contains("\"job\":\"mocov3\"");
    } finally {
      target.stop(0);
    }
  }

  /** As the compose file starts it, with another target, other ports and more frequent scrapes. */
  private PrometheusServer prometheus(int target) throws IOException {
    Path configured = Files.createDirectories(folder.resolve("compose")).resolve("prometheus.yml");
    Files.createSymbolicLink(folder.resolve("prometheus"), KUBERNETES.resolve("prometheus"));
    String configuration = Files.readString(COMPOSE.resolve("prometheus.yml"));
    assertThat(configuration).contains("127.0.0.1:9464", "scrape_interval: 15s");
    Files.writeString(
        configured,
        configuration
            .replace("127.0.0.1:9464", "127.0.0.1:" + target)
            .replace("scrape_interval: 15s", "scrape_interval: 1s"));
    List<String> flags = new ArrayList<>();
    for (JsonNode flag : compose().path("services").path("prometheus").path("command")) {
      flags.add(flag.asText());
    }
    assertThat(flags)
        .contains("--config.file=/etc/mocov3/compose/prometheus.yml")
        .contains("--storage.tsdb.path=/prometheus", "--web.listen-address=127.0.0.1:9090");
    flags.removeIf(flag -> flag.matches("--(config|storage.tsdb.path|web.listen-address).*"));
    return PrometheusServer.start(folder, configured, flags.toArray(String[]::new));
  }

  private String verified(String unit) throws Exception {
    Path copy = Files.writeString(folder.resolve("mocov3@.service"), unit);
    return output("systemd-analyze", "verify", copy.toString());
  }

  private static Path onThisMachine(String mounted) {
    return KUBERNETES.resolve(Path.of("/etc/mocov3").relativize(Path.of(mounted)));
  }

  private static JsonNode compose() throws IOException {
    return yaml(COMPOSE.resolve("compose.yaml"));
  }

  private static JsonNode yaml(Path file) throws IOException {
    return new YAMLMapper().readTree(file.toFile());
  }

  private static String output(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return printed;
  }
}
