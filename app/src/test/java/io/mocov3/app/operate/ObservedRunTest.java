package io.mocov3.app.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.app.process.Mocov3Process;
import io.mocov3.app.process.Programs;
import io.mocov3.app.process.PrometheusServer;
import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.shapes.ShapesConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real run, watched by a real Prometheus and opened in a real browser. */
class ObservedRunTest {
  private static final Path KUBERNETES = Path.of("..", "k8s");
  private static final Pattern SERVING = Pattern.compile("serving http://127\\.0\\.0\\.1:(\\d+)/");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Queries that a short healthy run on a CPU has no answer for, and why. */
  private static final Map<String, String> EMPTY =
      Map.of(
          "offset 18h", "the run is not a day old",
          "mocov3_images_undecodable_total", "every image could be decoded",
          "mocov3_actor_failures_total", "no actor failed");

  @TempDir private static Path folder;
  private static Mocov3Process run;
  private static int port;

  @BeforeAll
  static void train() throws Exception {
    Shapes.ensure(folder.resolve("shapes"), new ShapesConfig(300, 60, 32, 7));
    Path experiment = Files.writeString(folder.resolve("run.conf"), experiment());
    run =
        Mocov3Process.start(folder.resolve("errors.txt"), List.of("train", experiment.toString()));
    await().atMost(Duration.ofMinutes(1)).until(() -> SERVING.matcher(run.errors()).find());
    Matcher serving = SERVING.matcher(run.errors());
    assertThat(serving.find()).isTrue();
    port = Integer.parseInt(serving.group(1));
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> Files.exists(folder.resolve("run/events.jsonl")));
  }

  @AfterAll
  static void stop() throws Exception {
    run.kill();
  }

  @Test
  void promtoolFindsNothingWrongWithTheRules() throws Exception {
    assumeTrue(Programs.isInstalled("promtool"), "promtool is not on the PATH");
    Path rules = KUBERNETES.resolve("prometheus");

    assertThat(promtool("check", "rules", rules.resolve("rules.yaml").toString())).isZero();
    assertThat(promtool("test", "rules", rules.resolve("rules.test.yaml").toString())).isZero();
  }

  @Test
  void everyAlertHasATestThatFiresOneThatDoesNotAndASectionOfTheRunbook() throws Exception {
    String tests = Files.readString(KUBERNETES.resolve("prometheus/rules.test.yaml"));
    String runbook = Files.readString(Path.of("..", "docs", "operations.md"));
    String rules = Files.readString(KUBERNETES.resolve("prometheus/rules.yaml"));
    List<String> alerts =
        Pattern.compile("alert: (\\w+)").matcher(rules).results().map(m -> m.group(1)).toList();

    assertThat(alerts).hasSizeGreaterThan(9);
    assertThat(Pattern.compile("runbook:").matcher(rules).results().count())
        .isEqualTo(alerts.size());
    assertThat(alerts)
        .allSatisfy(
            alert -> {
              assertThat(tests).contains("name: " + alert + " fires");
              assertThat(tests).contains("name: " + alert + " does not fire");
              assertThat(runbook).containsPattern("(?m)^### " + alert + "$");
              assertThat(rules)
                  .contains("runbook: docs/operations.md#" + alert.toLowerCase(Locale.ROOT));
            });
  }

  @Test
  void everyQueryOfEveryPanelAndRuleFindsTheRunInPrometheus() throws Exception {
    assumeTrue(Programs.isInstalled("prometheus"), "prometheus is not on the PATH");
    Map<String, String> unexpected = new LinkedHashMap<>();
    try (PrometheusServer prometheus = prometheus()) {
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(
              () ->
                  prometheus.query("count_over_time(mocov3_train_loss[1m]) > 12").size() > 0
                      && prometheus.query("mocov3:data_wait:ratio5m").size() > 0);
      for (Map.Entry<String, String> entry : queries().entrySet()) {
        boolean mayBeEmpty = EMPTY.keySet().stream().anyMatch(entry.getKey()::contains);
        int found = prometheus.query(entry.getKey()).size();
        if (found == 0 != mayBeEmpty) {
          unexpected.put(entry.getKey(), entry.getValue() + ": " + found + " series");
        }
      }
    }
    assertThat(unexpected).isEmpty();
  }

  @Test
  void thePageMovesWithoutAnErrorAndAsksNoOtherHost() throws Exception {
    assumeTrue(Programs.isInstalled("chromium"), "chromium is not on the PATH");
    try (Chromium browser = Chromium.start(folder.resolve("profile"))) {
      browser.open("http://127.0.0.1:" + port + "/?theme=dark", 1300, 1500);
      await().atMost(Duration.ofSeconds(30)).until(() -> shownStep(browser) > 0);
      long before = shownStep(browser);
      String loss = lossPixels(browser);

      await().atMost(Duration.ofSeconds(30)).until(() -> shownStep(browser) > before + 5);
      assertThat(lossPixels(browser)).isNotEqualTo(loss);
      assertThat(browser.evaluate("document.querySelectorAll('.uplot').length").asInt())
          .isGreaterThanOrEqualTo(13);
      assertThat(browser.evaluate("document.querySelectorAll('.events li').length").asInt())
          .isPositive();
      assertThat(
              browser
                  .evaluate("document.querySelector('canvas.heat').drawn.layers.join()")
                  .asText())
          .startsWith("tokens,patch_projection,block_00");
      if (System.getProperty("mocov3.screenshots") != null) {
        browser.screenshot(Path.of(System.getProperty("mocov3.screenshots")));
      }

      browser.open("http://127.0.0.1:" + port + "/?theme=light", 390, 800);
      await().atMost(Duration.ofSeconds(30)).until(() -> shownStep(browser) > 0);
      assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
          .isLessThanOrEqualTo(390);

      assertThat(browser.complaints()).isEmpty();
      assertThat(browser.requests())
          .isNotEmpty()
          .allSatisfy(
              url ->
                  assertThat(url).matches("(http://127\\.0\\.0\\.1:" + port + "/|data:|about:).*"));
    }
  }

  @Test
  void thePageOperatesTheTraining() throws Exception {
    assumeTrue(Programs.isInstalled("chromium"), "chromium is not on the PATH");
    try (Chromium browser = Chromium.start(folder.resolve("other-profile"))) {
      browser.open("http://127.0.0.1:" + port + "/?theme=light", 1400, 900);
      await().atMost(Duration.ofSeconds(30)).until(() -> shownStep(browser) > 0);

      click(browser, "pause");
      await().until(() -> said(browser).startsWith("paused after step "));
      await().until(() -> isShown(browser, "resume") && !isShown(browser, "pause"));
      click(browser, "checkpoint");
      await()
          .until(() -> said(browser).matches("(saved step \\d+ in|step \\d+ is saved already).*"));
      click(browser, "resume");
      await().until(() -> said(browser).startsWith("resumed after step "));
      await().until(() -> isShown(browser, "pause") && !isShown(browser, "resume"));
      long resumed = shownStep(browser);
      await().atMost(Duration.ofSeconds(30)).until(() -> shownStep(browser) > resumed);
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static void click(Chromium browser, String action) throws Exception {
    browser.evaluate("document.querySelector('[data-action=%s]').click()".formatted(action));
  }

  private static String said(Chromium browser) throws Exception {
    return browser.evaluate("document.querySelector('#controls output').textContent").asText();
  }

  private static boolean isShown(Chromium browser, String action) throws Exception {
    return browser
        .evaluate("!document.querySelector('[data-action=%s]').hidden".formatted(action))
        .asBoolean();
  }

  private static long shownStep(Chromium browser) throws Exception {
    return browser
        .evaluate(
            "Number([...document.querySelectorAll('.number')]"
                + ".filter(n => n.textContent.startsWith('step'))"
                + ".map(n => n.querySelector('b').textContent)[0] || 0)")
        .asLong();
  }

  private static String lossPixels(Chromium browser) throws Exception {
    return browser
        .evaluate("(c => c ? c.toDataURL() : '')(document.querySelector('.uplot canvas'))")
        .asText();
  }

  /** Expressions of panels and rules with where they are, ready to be asked. */
  private static Map<String, String> queries() throws IOException {
    Map<String, String> queries = new LinkedHashMap<>();
    for (String dashboard : List.of("training", "operations")) {
      JsonNode board =
          MAPPER.readTree(KUBERNETES.resolve("grafana/" + dashboard + ".json").toFile());
      for (JsonNode panel : board.path("panels")) {
        for (JsonNode target : panel.path("targets")) {
          queries.put(
              target.path("expr").asText().replace("$instance", ".*"),
              dashboard + ", " + panel.path("title").asText());
        }
      }
    }
    String rules = Files.readString(KUBERNETES.resolve("prometheus/rules.yaml"));
    Matcher expressions =
        Pattern.compile("- (record|alert): (\\S+)\\n\\s+expr: >-\\n((?:          .*\\n)+)")
            .matcher(rules);
    while (expressions.find()) {
      String expression = expressions.group(3).strip().replaceAll("\\s+", " ");
      queries.put(
          expressions.group(1).equals("alert") ? withoutCondition(expression) : expression,
          "rule " + expressions.group(2));
    }
    return queries;
  }

  /** What an alert compares: without the comparison it must have data while nothing is wrong. */
  private static String withoutCondition(String expression) {
    return expression
        .replaceAll(" unless on.*$", "")
        .replaceAll(" or mocov3_train_loss != mocov3_train_loss", "")
        .replaceAll(" (>|<|==) [-0-9.* ]+$", "");
  }

  private static PrometheusServer prometheus() throws IOException {
    Path configuration =
        Files.writeString(
            folder.resolve("prometheus.yml"),
            """
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: [ "%s" ]
            scrape_configs:
              - job_name: mocov3
                static_configs: [ { targets: [ "127.0.0.1:%d" ] } ]
            """
                .formatted(
                    KUBERNETES.resolve("prometheus/rules.yaml").toAbsolutePath().normalize(),
                    port));
    return PrometheusServer.start(folder, configuration);
  }

  private static int promtool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Path log = folder.resolve("promtool.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    int code = process.waitFor();
    if (code != 0) {
      throw new AssertionError(Files.readString(log));
    }
    return code;
  }

  private static String experiment() {
    return """
        mocov3 {
          run { steps = 1000000, directory = "%1$s/run" }
          data {
            train = "%1$s/shapes/train"
            test = "%1$s/shapes/test"
            format = shapes
            batch-size = 16
            shapes { train-images = 300, test-images = 60, size = 32, seed = 7 }
          }
          model {
            preset = vit-tiny, image-size = 16, patch-size = 8, width = 16, depth = 2, heads = 2
            patch-projection = learned
            projector { hidden = 16, out = 8 }
            predictor { hidden = 16, out = 8 }
          }
          schedule.warmup-epochs = 1
          evaluation.knn { every-steps = 200, k = [5] }
          evaluation.live { every-steps = 20, images = 30, queue-length = 512, k = [5] }
          stability.spikes { window = 60, warm-up-steps = 60 }
          stability.drill { layer = patch_projection, step = 100, factor = 1000 }
          checkpoint.every-steps = 100
          http.port = 0
        }
        """
        .formatted(folder);
  }
}
