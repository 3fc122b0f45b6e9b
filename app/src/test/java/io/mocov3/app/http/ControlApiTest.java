package io.mocov3.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.mocov3.actors.control.ControlAnswer;
import io.mocov3.actors.control.ControlRequest;
import io.mocov3.app.control.AccessRule;
import io.mocov3.app.control.TokenFile;
import io.mocov3.app.output.RunException;
import io.mocov3.app.settings.Settings;
import io.mocov3.metrics.PrometheusMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operating over HTTP, with a training that only remembers what it was asked. */
class ControlApiTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";

  @TempDir private Path dir;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<ControlRequest> asked = new CopyOnWriteArrayList<>();
  private final EventLog events = new EventLog();
  private final PrometheusMetrics metrics = new PrometheusMetrics("test", "0", () -> 0);
  private CompletableFuture<ControlAnswer> answer =
      CompletableFuture.completedFuture(new ControlAnswer.Done("done it", Map.of("step", 7)));
  private ActorSystem<Void> system;
  private int port;

  @AfterEach
  void stop() {
    if (system != null) {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
    }
    metrics.close();
    client.close();
  }

  private void serve(boolean loopback, Optional<Path> tokens) {
    system = ActorSystem.create(Behaviors.empty(), "control-test", ConfigFactory.load("akka"));
    Settings.Http settings = new Settings.Http(true, "127.0.0.1", 0, List.of(), tokens);
    Sources sources =
        new Sources(
            metrics,
            () -> HealthAnswer.good("alive"),
            () -> HealthAnswer.good("training"),
            () -> new Status("training", "", 12, 40, 1.5, 4.25, 1234, "runs/a"),
            Map::of,
            events,
            Routes.of(tokens, loopback, audit(), this::ask));
    port =
        HttpServer.start(system, settings, sources)
            .toCompletableFuture()
            .join()
            .localAddress()
            .getPort();
  }

  private CompletionStage<ControlAnswer> ask(ControlRequest request) {
    asked.add(request);
    return answer;
  }

  private Path audit() {
    return dir.resolve("audit.jsonl");
  }

  private Path tokens() throws IOException {
    return Files.writeString(dir.resolve("tokens"), TOKEN + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pause", "resume", "checkpoint", "evaluate", "rollback", "stop"})
  void onItsOwnMachineWhateverIsAskedIsPassedOnAndItsAnswerComesBack(String action)
      throws Exception {
    serve(true, Optional.empty());

    HttpResponse<String> response = post(action, "");

    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode document = MAPPER.readTree(response.body());
    assertThat(document.path("action").asText()).isEqualTo(action);
    assertThat(document.path("done").asBoolean()).isTrue();
    assertThat(document.path("line").asText()).isEqualTo("done it");
    assertThat(document.path("step").asLong()).isEqualTo(7);
    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst().getClass().getSimpleName()).isEqualToIgnoringCase(action);
    JsonNode line = MAPPER.readTree(Files.readString(audit()));
    assertThat(line.path("action").asText()).isEqualTo(action);
    assertThat(line.path("from").asText()).isEqualTo("127.0.0.1");
    assertThat(line.path("result").asText()).isEqualTo("done");
    assertThat(line.path("time").asText()).startsWith("20");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9464, true",
    "localhost, true",
    "LOCALHOST:80, true",
    "[::1]:9464, true",
    "train.example.org, false",
    "127.0.0.1.example.org, false",
    "localhost.example.org:80, false"
  })
  void whatAProxyPassesOnIsNotOfThisMachine(String host, boolean allowed) {
    AccessRule rule = new AccessRule(Optional.empty(), true);

    assertThat(rule.decide(host, Optional.empty(), Optional.empty(), Optional.empty()))
        .isInstanceOf(allowed ? AccessRule.Allowed.class : AccessRule.Denied.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pause", "resume", "checkpoint", "evaluate", "rollback", "stop"})
  void onlyTheRightTokenOpensIt(String action) throws Exception {
    serve(true, Optional.of(tokens()));

    HttpResponse<String> without = post(action, "");
    HttpResponse<String> wrong = post(action, "", "Authorization", "Bearer " + TOKEN + "x");
    HttpResponse<String> basic = post(action, "", "Authorization", "Basic " + TOKEN);
    assertThat(List.of(without.statusCode(), wrong.statusCode(), basic.statusCode()))
        .containsOnly(401);
    assertThat(without.headers().firstValue("WWW-Authenticate"))
        .hasValueSatisfying(header -> assertThat(header).startsWith("Bearer"));
    assertThat(without.body()).contains("Authorization: Bearer TOKEN");
    assertThat(asked).isEmpty();

    assertThat(post(action, "", "Authorization", "Bearer " + TOKEN).statusCode()).isEqualTo(200);
    assertThat(asked).hasSize(1);
    assertThat(Files.readString(audit())).contains("denied").doesNotContain(TOKEN);
  }

  @Test
  void aTokenIsRotatedWithoutARestart() throws Exception {
    Path file = tokens();
    serve(true, Optional.of(file));
    String next = "fedcba9876543210";

    assertThat(post("pause", "", "Authorization", "Bearer " + next).statusCode()).isEqualTo(401);
    Files.writeString(file, TOKEN + "\n" + next + "\n");
    assertThat(post("pause", "", "Authorization", "Bearer " + next).statusCode()).isEqualTo(200);
    assertThat(post("pause", "", "Authorization", "bearer " + TOKEN).statusCode()).isEqualTo(200);
    Files.writeString(file, next + "\n");
    assertThat(post("pause", "", "Authorization", "Bearer " + TOKEN).statusCode()).isEqualTo(401);
    Files.writeString(file, "\n");
    assertThat(post("pause", "", "Authorization", "Bearer ").statusCode()).isEqualTo(401);
    Files.delete(file);
    assertThat(post("pause", "", "Authorization", "Bearer " + next).statusCode()).isEqualTo(503);
  }

  @Test
  void withoutATokenNobodyOperatesWhatOthersCanReach() throws Exception {
    serve(false, Optional.empty());

    HttpResponse<String> response = post("stop", "");

    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(response.body()).contains("set http.token-file");
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, http://evil.example, 403",
    "Origin, null, 403",
    "Sec-Fetch-Site, cross-site, 403",
    "Sec-Fetch-Site, same-site, 403",
    "Sec-Fetch-Site, same-origin, 200",
    "Origin, own, 200"
  })
  void aPageOfAnotherOriginCannot(String name, String value, int status) throws Exception {
    serve(true, Optional.empty());
    String header = value.equals("own") ? "http://127.0.0.1:" + port : value;

    assertThat(raw("pause", name + ": " + header)).startsWith("HTTP/1.1 " + status);
  }

  @Test
  void aForeignHostIsRefused() throws Exception {
    serve(true, Optional.empty());

    assertThat(
            send("POST /api/v1/pause HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n"))
        .startsWith("HTTP/1.1 421");
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rollback | {\"to_step\": 5} | 200",
        "rollback | {\"to_step\": -1} | 400",
        "rollback | {\"to_step\": 1.5} | 400",
        "rollback | {\"to_step\": \"5\"} | 400",
        "rollback | {\"to_step\": 99999999999999999999} | 400",
        "rollback | {\"step\": 5} | 400",
        "pause | {\"to_step\": 5} | 400",
        "pause | [] | 400",
        "pause | {} | 200",
        "pause | {} {} | 400",
        "pause | { | 400"
      })
  void argumentsAreCheckedBeforeAnythingIsAsked(String action, String body, int status)
      throws Exception {
    serve(true, Optional.empty());

    HttpResponse<String> response = post(action, body);

    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(asked).hasSize(status == 200 ? 1 : 0);
    if (status == 200 && action.equals("rollback")) {
      assertThat(asked.getFirst()).isEqualTo(new ControlRequest.Rollback(OptionalLong.of(5)));
    }
  }

  @Test
  void aLongBodyIsRefusedAndOneThatDoesNotComeIsNotWaitedFor() throws Exception {
    serve(true, Optional.empty());

    assertThat(post("pause", " ".repeat(5000)).statusCode()).isEqualTo(413);
    long begin = System.nanoTime();
    assertThat(send(head("pause") + "Content-Length: 10\r\n\r\n{")).startsWith("HTTP/1.1 408");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(9));
    assertThat(asked).isEmpty();
  }

  @Test
  void whatIsRefusedSaysWhy() throws Exception {
    serve(true, Optional.empty());
    answer = CompletableFuture.completedFuture(new ControlAnswer.Refused("there is nothing to do"));

    HttpResponse<String> response = post("rollback", "");

    assertThat(response.statusCode()).isEqualTo(409);
    assertThat(MAPPER.readTree(response.body()).path("error").asText())
        .isEqualTo("there is nothing to do");
    assertThat(Files.readString(audit())).contains("\"refused\"", "there is nothing to do");
  }

  @Test
  void aLongAnswerIsWaitedForWithTheSameKeyAndAskedOnce() throws Exception {
    serve(true, Optional.empty());
    answer = new CompletableFuture<>();

    HttpResponse<String> first = post("evaluate?wait=0", "", "Idempotency-Key", "one");
    assertThat(first.statusCode()).isEqualTo(202);
    assertThat(MAPPER.readTree(first.body()).path("done").asBoolean()).isFalse();
    assertThat(post("pause?wait=0", "", "Idempotency-Key", "one").statusCode()).isEqualTo(409);

    answer.complete(new ControlAnswer.Done("kNN", Map.of()));

    assertThat(post("evaluate", "", "Idempotency-Key", "one").statusCode()).isEqualTo(200);
    assertThat(asked).hasSize(1);
    assertThat(Files.readAllLines(audit())).hasSize(1);
    assertThat(post("evaluate", "", "Idempotency-Key", "two").statusCode()).isEqualTo(200);
    assertThat(asked).hasSize(2);
    assertThat(post("evaluate?wait=soon", "").statusCode()).isEqualTo(400);
  }

  @Test
  void whoMayNotCannotFillTheAuditLog() throws Exception {
    serve(true, Optional.of(tokens()));

    for (int i = 0; i < 200; i++) {
      post("stop", "");
    }

    assertThat(Files.readAllLines(audit()).size()).isBetween(1, 20);
  }

  @Test
  void whatIsServedIsWhatTheDocumentSays() throws Exception {
    serve(true, Optional.empty());
    JsonNode document = MAPPER.readTree(get("/api/v1/openapi.json").body());
    List<String> paths = new ArrayList<>();
    document.path("paths").fieldNames().forEachRemaining(paths::add);

    assertThat(paths).hasSize(13);
    for (String path : paths) {
      JsonNode item = document.path("paths").path(path);
      String method = item.has("post") ? "POST" : "GET";
      String other = item.has("post") ? "GET" : "POST";
      HttpResponse<String> response = call(method, path);
      assertThat(
              item.path(method.toLowerCase(java.util.Locale.ROOT)).path("responses").fieldNames())
          .toIterable()
          .as("%s %s", method, path)
          .contains(String.valueOf(response.statusCode()));
      assertThat(response.statusCode()).as("%s %s", method, path).isEqualTo(200);
      assertThat(call(other, path).statusCode()).as("%s %s", other, path).isEqualTo(405);
    }
    JsonNode status = MAPPER.readTree(get("/api/v1/status").body());
    assertThat(status.fieldNames())
        .toIterable()
        .containsExactlyElementsOf(
            () -> document.at("/components/schemas/Status/properties").fieldNames());
    assertThat(
            StreamSupport.stream(
                    document.at("/components/schemas/Status/properties/state/enum").spliterator(),
                    false)
                .map(JsonNode::asText))
        .containsExactlyInAnyOrderElementsOf(states());
  }

  private static List<String> states() {
    return Stream.of(io.mocov3.metrics.TrainingMetrics.LifecycleState.values())
        .map(state -> state.name().toLowerCase(java.util.Locale.ROOT))
        .toList();
  }

  @Test
  void eventsAreListedAndSentToWhoeverListens() throws Exception {
    serve(true, Optional.empty());
    events.add(Map.of("type", "checkpoint", "line", "one"));
    events.add(Map.of("type", "checkpoint", "line", "two"));

    JsonNode list = MAPPER.readTree(get("/api/v1/events?after=1").body()).path("events");
    assertThat(list).hasSize(1);
    assertThat(list.get(0).path("line").asText()).isEqualTo("two");

    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/events"))
            .header("Accept", "text/event-stream")
            .header("Last-Event-ID", "1")
            .build();
    List<String> heard = new CopyOnWriteArrayList<>();
    try (Stream<String> lines = client.send(request, BodyHandlers.ofLines()).body()) {
      Thread.ofVirtual().start(() -> lines.forEach(heard::add));
      await().untilAsserted(() -> assertThat(heard).anyMatch(line -> line.contains("two")));
      events.add(Map.of("type", "knn", "line", "three"));
      await().untilAsserted(() -> assertThat(heard).anyMatch(line -> line.contains("three")));
      assertThat(heard).contains("event: knn", "id: 3").noneMatch(line -> line.contains("one"));
      events.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "short"})
  void aFileWithoutAGoodTokenIsRefusedAtTheStart(String text) throws IOException {
    Path file = Files.writeString(dir.resolve("tokens"), text);

    assertThatThrownBy(new TokenFile(file)::require)
        .isInstanceOf(RunException.class)
        .hasMessageStartingWith("http.token-file " + file)
        .hasMessageContaining("openssl rand -hex 32");
    assertThatThrownBy(new TokenFile(dir.resolve("none"))::require)
        .hasMessageContaining("cannot be read");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return call("GET", path);
  }

  private HttpResponse<String> call(String method, String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, BodyPublishers.noBody())
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String action, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/" + action))
            .POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private String raw(String action, String header) throws IOException {
    return send(head(action) + header + "\r\nContent-Length: 0\r\n\r\n");
  }

  private String head(String action) {
    return "POST /api/v1/%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n".formatted(action, port);
  }

  /** The first line of the answer. */
  private String send(String request) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }
  }
}
