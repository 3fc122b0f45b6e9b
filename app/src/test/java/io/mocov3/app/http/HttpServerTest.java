package io.mocov3.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.mocov3.app.output.RunException;
import io.mocov3.app.settings.Settings;
import io.mocov3.metrics.PrometheusMetrics;
import io.mocov3.metrics.TrainingMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServerTest {
  private static final String LOCALHOST = "127.0.0.1";
  private static final PrometheusMetrics METRICS = new PrometheusMetrics("test", "1.0", () -> 0);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static final Queue<String> BUILT_BY = new ConcurrentLinkedQueue<>();

  private static ActorSystem<Void> system;
  private static int port;
  private static volatile HealthAnswer live;
  private static volatile HealthAnswer ready;
  private static volatile Status status;

  @BeforeAll
  static void open() {
    system = ActorSystem.create(Behaviors.empty(), "http-test", ConfigFactory.load("akka"));
  }

  @AfterAll
  static void stop() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
    METRICS.close();
    CLIENT.close();
  }

  @BeforeEach
  void beWell() {
    BUILT_BY.clear();
    live = HealthAnswer.good("alive");
    ready = HealthAnswer.good("training");
    status = new Status("training", "", 12, 40, 1.5, 4.25, 1234, "runs/a<b");
  }

  /** One for each test, since a body stands for a second. */
  @BeforeEach
  void serve() {
    port = start(0);
  }

  @Test
  void metricsAreServedInThePrometheusTextFormat() throws Exception {
    METRICS.stepCompleted(
        new TrainingMetrics.Step(1, 0.5, 8, 3.5, 0.1, 0.99, Duration.ofMillis(100)));

    HttpResponse<String> response = get("/metrics");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(contentType(response)).startsWith("text/plain").contains("version=0.0.4");
    assertThat(response.body()).contains("mocov3_train_loss 3.5\n");
  }

  @Test
  void metricsAreServedInOpenMetricsToWhoeverAsksForIt() throws Exception {
    HttpResponse<String> response =
        send(request("/metrics").header("Accept", "application/openmetrics-text; version=1.0.0"));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(contentType(response))
        .startsWith("application/openmetrics-text")
        .contains("version=1.0.0");
    assertThat(response.body()).endsWith("# EOF\n");
  }

  @Test
  void aHealthyDaemonIsLiveAndReady() throws Exception {
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    assertThat(json("/health/ready").path("healthy").asBoolean()).isTrue();
    assertThat(json("/health/ready").path("reason").asText()).isEqualTo("training");
  }

  @Test
  void aDaemonThatIsNotReadyAnswers503WithTheReasonAndStaysLive() throws Exception {
    ready = HealthAnswer.bad("no step is done yet");

    assertThat(get("/health/ready").statusCode()).isEqualTo(503);
    assertThat(json("/health/ready").path("healthy").asBoolean()).isFalse();
    assertThat(json("/health/ready").path("reason").asText()).isEqualTo("no step is done yet");
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void aDaemonThatIsNotLiveAnswers503() throws Exception {
    live = HealthAnswer.bad("stuck");

    assertThat(get("/health/live").statusCode()).isEqualTo(503);
  }

  @Test
  void theStatusHasTheFieldsThatToolsRead() throws Exception {
    HttpResponse<String> response = get("/api/v1/status");

    assertThat(contentType(response)).isEqualTo("application/json");
    assertThat(response.body())
        .isEqualTo(
            "{\"state\":\"training\",\"reason\":\"\",\"step\":12,\"steps\":40,\"epoch\":1.5,\"loss\":4.25,"
                + "\"images_per_second\":1234.0,\"run\":\"runs/a<b\"}");
  }

  @Test
  void aStatusBeforeTheFirstStepIsJsonToo() throws Exception {
    status = new Status("starting", "", 0, 40, 0, Double.NaN, 0, "runs/a");

    assertThat(json("/api/v1/status").path("loss").asText()).isEqualTo("NaN");
  }

  @Test
  void thePageLoadsEverythingFromThisHost() throws Exception {
    HttpResponse<String> response = get("/");

    assertThat(contentType(response)).startsWith("text/html");
    assertThat(response.headers().firstValue("Content-Security-Policy").orElse(""))
        .startsWith("default-src 'self'");
    assertThat(response.body()).doesNotContain("//");
    for (String asset : List.of("page.js", "page.css", "uplot.js", "uplot.css")) {
      assertThat(response.body()).contains("assets/" + asset);
      assertThat(get("/assets/" + asset).statusCode()).isEqualTo(200);
    }
    assertThat(get("/assets/other.js").statusCode()).isEqualTo(404);
  }

  @Test
  void theHistoryComesWithTheStatusAndTheStages() throws Exception {
    JsonNode history = json("/api/v1/history");

    assertThat(history.path("steps").asInt()).isEqualTo(12);
    assertThat(history.path("name").asText()).isEqualTo("runs/a<b");
    assertThat(history.path("status").path("images_per_second").asInt()).isEqualTo(1234);
    assertThat(history.path("stages").has("loss_backward")).isTrue();
  }

  @Test
  void fiftyReadersAreOneBuildOnAThreadOfTheServers() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> answers =
        Stream.generate(
                () -> CLIENT.sendAsync(request("/api/v1/history").build(), BodyHandlers.ofString()))
            .limit(50)
            .toList();

    assertThat(answers).allSatisfy(answer -> assertThat(answer.join().body()).contains("12"));
    assertThat(BUILT_BY).hasSizeLessThan(5);
    assertThat(BUILT_BY).allMatch(thread -> thread.contains("mocov3-akka.http-body-dispatcher"));
  }

  @Test
  void unknownPathsAreNotFoundAndNothingCanBePosted() throws Exception {
    assertThat(get("/api/v1/else").statusCode()).isEqualTo(404);
    assertThat(send(request("/api/v1/status").POST(BodyPublishers.noBody())).statusCode())
        .isEqualTo(405);
  }

  @Test
  void aPortInUseIsOneLineThatNamesTheKeyAndAWayOut() {
    assertThatThrownBy(() -> start(port))
        .hasCauseInstanceOf(RunException.class)
        .cause()
        .message()
        .startsWith("http.port " + port + " on 127.0.0.1 cannot be bound (")
        .endsWith("; set another one, or any free one with --set http.port=0")
        .hasLineCount(1);
  }

  @Test
  void aPortInUseIsFoundBeforeAnythingIsWritten() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> HttpServer.requireFree(LOCALHOST, taken.getLocalPort()))
          .isInstanceOf(RunException.class)
          .message()
          .startsWith("http.port " + taken.getLocalPort() + " on 127.0.0.1 cannot be bound (")
          .hasLineCount(1);
    }

    assertThatCode(() -> HttpServer.requireFree(LOCALHOST, 0)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "no-such-host.invalid, is neither an address nor the name of a machine",
    "999.1.1.1, is neither an address nor the name of a machine",
    "192.0.2.1, is not an address of this machine"
  })
  void aHostThatIsNotThisMachineIsBlamedAndNotThePort(String host, String why) {
    assertThatThrownBy(() -> HttpServer.requireFree(host, 0))
        .isInstanceOf(RunException.class)
        .message()
        .startsWith("http.host %s %s".formatted(host, why))
        .doesNotContain("http.port")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "0.0.0.0"})
  void theAddressesOfThisMachineAreFine(String host) {
    assertThatCode(() -> HttpServer.requireFree(host, 0)).doesNotThrowAnyException();
  }

  private static int start(int requested) {
    return HttpServer.start(
            system,
            new Settings.Http(true, LOCALHOST, requested, List.of(), Optional.empty()),
            new Sources(
                METRICS,
                () -> live,
                () -> ready,
                () -> status,
                HttpServerTest::history,
                new EventLog(),
                Routes.refusing()))
        .toCompletableFuture()
        .join()
        .localAddress()
        .getPort();
  }

  private static Map<String, Object> history() {
    BUILT_BY.add(Thread.currentThread().getName());
    return Map.of("steps", 12);
  }

  private static JsonNode json(String path) throws Exception {
    return new ObjectMapper().readTree(get(path).body());
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://%s:%d%s".formatted(LOCALHOST, port, path)));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private static String contentType(HttpResponse<String> response) {
    return response.headers().firstValue("Content-Type").orElse("");
  }
}
