package io.mocov3.app.ctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.app.output.RunException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Asks a training over HTTP. Whatever stands in the way is a {@link RunException} in one line. */
final class ControlClient {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofMinutes(2);
  private static final int PENDING = 202;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** A status of HTTP and its document. */
  record Answer(int status, JsonNode document) {

    boolean isGood() {
      return status == 200;
    }

    String error() {
      return document.path("error").asText("the answer has status " + status);
    }
  }

  private final URI url;
  private final Optional<String> token;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build();

  ControlClient(URI url, Optional<String> token) {
    this.url = url;
    this.token = token;
  }

  Answer get(String path) {
    return answer(request(path).GET().build());
  }

  /** Waits for what comes of it, however long that takes. {@code body} is JSON. */
  Answer post(String path, String body) {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", UUID.randomUUID().toString())
            .POST(BodyPublishers.ofString(body))
            .build();
    Answer answer = answer(request);
    while (answer.status() == PENDING) {
      answer = answer(request);
    }
    return answer;
  }

  /** Every event that follows number {@code after}, until the stream ends. */
  void events(long after, Consumer<JsonNode> each) {
    // without a limit of time, which newer JDKs apply to the body as well
    HttpRequest request =
        unlimited("/api/v1/events?after=" + after).header("Accept", "text/event-stream").build();
    try {
      HttpResponse<Stream<String>> response = client.send(request, BodyHandlers.ofLines());
      try (Stream<String> lines = response.body()) {
        lines
            .filter(line -> line.startsWith("data: "))
            .map(line -> json(line.substring("data: ".length())))
            .forEach(each);
      }
    } catch (UncheckedIOException e) {
      // cut off: what was heard last says whether that was the end
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private HttpRequest.Builder request(String path) {
    return unlimited(path).timeout(ANSWER);
  }

  private HttpRequest.Builder unlimited(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path));
    token.ifPresent(text -> request.header("Authorization", "Bearer " + text));
    return request;
  }

  private Answer answer(HttpRequest request) {
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      return new Answer(response.statusCode(), json(response.body()));
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new RunException(url + " does not answer as a training does; is --url right?", e);
    }
  }

  private RunException unreachable(IOException e) {
    return new RunException(
        "%s cannot be reached (%s); is the training running there, and --url right?"
            .formatted(url, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
        e);
  }

  private static RunException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new RunException("interrupted while waiting for an answer", e);
  }
}
