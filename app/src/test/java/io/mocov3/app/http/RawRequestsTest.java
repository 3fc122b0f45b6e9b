package io.mocov3.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import io.mocov3.app.settings.Settings;
import io.mocov3.metrics.PrometheusMetrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser or a stranger may send, byte by byte. */
class RawRequestsTest {
  private static final String GARBAGE = "\u001b]0;owned\u0007 \u001b[2J\n\n";

  private final PrometheusMetrics metrics = new PrometheusMetrics("test", "1.0", () -> 0);
  private final AtomicInteger histories = new AtomicInteger();
  private final PrintStream standardError = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private ActorSystem<Void> system;
  private int port;

  @BeforeEach
  void serve() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    system = ActorSystem.create(Behaviors.empty(), "raw-test", ConfigFactory.load("akka"));
    Sources sources =
        new Sources(
            metrics,
            () -> HealthAnswer.good("alive"),
            () -> HealthAnswer.good("training"),
            () -> new Status("training", "", 12, 40, 1.5, 4.25, 1234, "runs/a"),
            () -> Map.of("steps", histories.incrementAndGet()),
            new EventLog(),
            Routes.refusing());
    port =
        HttpServer.start(
                system,
                new Settings.Http(true, "127.0.0.1", 0, List.of("train.lab"), Optional.empty()),
                sources)
            .toCompletableFuture()
            .join()
            .localAddress()
            .getPort();
  }

  @AfterEach
  void stop() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
    metrics.close();
    System.setErr(standardError);
  }

  @Test
  void fiveHundredMalformedRequestsAreALineOfTheLogWithoutControlCharacters() throws Exception {
    for (int i = 0; i < 500; i++) {
      assertThat(send(GARBAGE)).startsWith("HTTP/1.1 501 ");
    }
    stop();

    assertThat(log.toString(StandardCharsets.UTF_8)).contains("malformed request").hasLineCount(1);
    assertThat(log.toString(StandardCharsets.UTF_8).strip()).doesNotContainPattern("\\p{Cntrl}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "GET /api/v1/history HTTP/1.1\r\nHost: evil.example:9464\r\n\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n"
      })
  void aRequestForAnotherHostIsRefusedInOneLine(String request) throws Exception {
    String answer = send(request);

    assertThat(answer).startsWith("HTTP/1.1 421 ");
    assertThat(body(answer))
        .isEqualTo(
            "{\"error\":\"not served under this host name; http.allowed-hosts can name it\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "localhost:8080", "127.0.0.1", "[::1]:9464", "train.lab"})
  void loopbackAndTheAllowedHostsAreServed(String host) throws Exception {
    assertThat(get("/api/v1/status", host, "")).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/metrics", "/assets/page.js", "/api/v1/history", "/nothing"})
  void everyAnswerIsSafeInABrowser(String path) throws Exception {
    assertThat(get(path, "localhost", "")).satisfies(RawRequestsTest::isSafe);
  }

  @Test
  void refusalsAreSafeInABrowserToo() throws Exception {
    assertThat(send(GARBAGE)).satisfies(RawRequestsTest::isSafe);
    assertThat(get("/", "evil.example", "")).satisfies(RawRequestsTest::isSafe);
    assertThat(send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"))
        .satisfies(RawRequestsTest::isSafe);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/metrics",
        "/health/live",
        "/health/ready",
        "/api/v1/status",
        "/api/v1/history",
        "/assets/page.css"
      })
  void headIsGetWithoutTheBody(String path) throws Exception {
    String head = send("HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");

    assertThat(head).startsWith("HTTP/1.1 200 ").contains("Content-Type: ");
    assertThat(body(head)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"})
  void otherMethodsAreNotAllowed(String method) throws Exception {
    String answer =
        send(method + " /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 405 ").contains("\r\nAllow: GET, HEAD\r\n");
  }

  @Test
  void whatIsNotThereIsALineOfJson() throws Exception {
    String answer = get("/api/v1/else", "localhost", "");

    assertThat(answer).startsWith("HTTP/1.1 404 ").contains("Content-Type: application/json");
    assertThat(body(answer)).isEqualTo("{\"error\":\"there is nothing at this path\"}");
  }

  @Test
  void whatIsTooLongOrTooMuchIsRefused() throws Exception {
    assertThat(get("/" + "a".repeat(3000), "localhost", "")).startsWith("HTTP/1.1 414 ");
    assertThat(get("/", "localhost", "X-A: " + "a".repeat(9000) + "\r\n"))
        .startsWith("HTTP/1.1 431 ");
    assertThat(get("/", "localhost", "X-A: a\r\n".repeat(70))).startsWith("HTTP/1.1 400 ");
    assertThat(get("/", "localhost", "Content-Length: 1000000\r\n")).startsWith("HTTP/1.1 413 ");
  }

  @Test
  void whoHasTheBodyAlreadyIsToldSo() throws Exception {
    String first = get("/api/v1/history", "localhost", "");
    String tag = first.lines().filter(line -> line.startsWith("ETag: ")).findFirst().orElseThrow();

    String second =
        get("/api/v1/history", "localhost", "If-None-Match: " + tag.substring(6) + "\r\n");

    assertThat(second).startsWith("HTTP/1.1 304 ").contains(tag);
    assertThat(body(second)).isEmpty();
  }

  @Test
  void readersOfTheSameSecondShareOneHistoryCompressedOrNot() throws Exception {
    String plain = get("/api/v1/history", "localhost", "");
    String compressed = get("/api/v1/history", "localhost", "Accept-Encoding: gzip\r\n");
    String refusesGzip = get("/api/v1/history", "localhost", "Accept-Encoding: gzip;q=0\r\n");

    assertThat(plain).doesNotContain("Content-Encoding");
    assertThat(compressed).contains("Content-Encoding: gzip");
    assertThat(refusesGzip).doesNotContain("Content-Encoding");
    assertThat(histories).hasValueLessThan(3);
  }

  private static void isSafe(String answer) {
    assertThat(answer)
        .contains("\r\nX-Content-Type-Options: nosniff\r\n")
        .contains("\r\nX-Frame-Options: DENY\r\n")
        .contains("\r\nReferrer-Policy: no-referrer\r\n")
        .containsPattern("\r\nContent-Security-Policy: [^\r]*frame-ancestors 'none'")
        .doesNotContain("\r\nServer: ");
  }

  private static String body(String answer) {
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  private String get(String path, String host, String headers) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers + "\r\n");
  }

  /** What came back until the server closed. */
  private String send(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(
              request
                  .replaceFirst("\r\nHost", "\r\nConnection: close\r\nHost")
                  .getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void whoDoesNotGetRoundToAskingIsCut() throws Exception {
    long begin = System.nanoTime();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write('G');

      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begin))
        .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(25));
    assertThat(log.toString(StandardCharsets.UTF_8)).doesNotContain("Internal server error");
  }
}
