package io.mocov3.app.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mocov3.app.page.ReportPage;
import io.mocov3.app.page.RunHistory;
import io.mocov3.app.process.Programs;
import io.mocov3.app.run.Told;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The report in a real browser. */
class ReportInBrowserTest {

  /** By how many pixels a row of cards, or a chart in its card, misses the right edge. */
  private static final String RAGGED =
      """
      (() => {
        const edge = box => box.getBoundingClientRect();
        const grid = edge(document.getElementById('grid'));
        const rows = {};
        for (const card of document.querySelectorAll('.card')) {
          const top = Math.round(edge(card).top);
          rows[top] = Math.max(rows[top] || 0, edge(card).right);
        }
        const charts = [...document.querySelectorAll('.uplot')]
          .map(chart => edge(chart).right - edge(chart.closest('.card')).right);
        const gaps = Object.values(rows).map(right => Math.abs(grid.right - right));
        return Math.round(Math.max(...gaps, ...charts));
      })()""";

  private static final String SUMMARY =
      "[...document.querySelectorAll('.scroll tr:nth-child(2) td')].map(c => c.textContent).join(' | ')";

  @TempDir private static Path folder;
  private static Chromium browser;

  @BeforeAll
  static void open() throws Exception {
    assumeTrue(Programs.isInstalled("chromium"), "chromium is not on the PATH");
    browser = Chromium.start(folder.resolve("profile"));
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 390", "1, 768", "1, 1280", "1, 1920", "2, 1280", "3, 390", "3, 1280", "3, 1920"})
  void everyRowOfCardsIsFullAndEveryChartIsInItsCard(int runs, int width) throws Exception {
    show(runs, width);

    assertThat(browser.evaluate(RAGGED).asInt()).isLessThanOrEqualTo(1);
    assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(width);
  }

  @Test
  void theTableShowsTheFullProbeAndSaysSo() throws Exception {
    show(1, 1280);

    assertThat(browser.evaluate(SUMMARY).asText())
        .startsWith(
            "run-0 | 30 | 3 | 91.35 % at 20 | 91.00 % at 30 | test, full probe, k=20, T=0.07 |");
  }

  private static void show(int runs, int width) throws Exception {
    List<Map<String, Object>> histories = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      Map<String, Object> run = new LinkedHashMap<>(history().snapshot());
      run.put("name", "run-" + i);
      histories.add(run);
    }
    Path report =
        Files.writeString(
            folder.resolve("report-%d-%d.html".formatted(runs, width)), ReportPage.of(histories));
    browser.open(report.toUri().toString(), width, 900);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                browser.evaluate("document.title").asText().endsWith(" – mocov3")
                    && browser.evaluate("innerWidth").asInt() == width);
  }

  private static RunHistory history() {
    RunHistory history = new RunHistory();
    for (long step = 1; step <= 30; step++) {
      history.on(Told.step(step, 3));
      history.on(Told.gradients(step, List.of("block_00", "all"), 1));
      history.on(Told.health(step));
    }
    history.on(Told.knn(10, 200, "queue", 0.95));
    history.on(Told.knn(20, 20, "train-set", 0.9135));
    history.on(Told.knn(30, 20, "train-set", 0.91));
    history.on(Told.knn(30, 200, "queue", 0.875));
    return history;
  }
}
