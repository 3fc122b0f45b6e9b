package io.mocov3.app.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.stream.Materializer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.mocov3.app.page.PageFiles;
import io.mocov3.metrics.Exposition;
import io.mocov3.metrics.PrometheusMetrics;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/** What is served at which path. */
final class Pages {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  private static final ContentType CSS = ContentTypes.parse("text/css; charset=utf-8");
  private static final ContentType JAVASCRIPT =
      ContentTypes.parse("text/javascript; charset=utf-8");

  private final Map<String, Function<HttpRequest, CompletionStage<HttpResponse>>> pages =
      new HashMap<>();

  /** What changes is built by {@code builder}. */
  Pages(Sources sources, Executor builder, Materializer materializer) {
    SharedBody text = shared(builder, () -> scrape(sources.metrics(), Exposition.TEXT));
    SharedBody open = shared(builder, () -> scrape(sources.metrics(), Exposition.OPEN_METRICS));
    SharedBody history =
        shared(
            builder, () -> Body.compressed(ContentTypes.APPLICATION_JSON, json(history(sources))));
    pages.put("/metrics", request -> (takesOpenMetrics(request) ? open : text).answer(request));
    pages.put(
        "/api/v1/status",
        request ->
            CompletableFuture.completedFuture(
                Body.of(ContentTypes.APPLICATION_JSON, json(sources.status().get()))
                    .answer(request)));
    pages.put("/api/v1/history", history::answer);
    pages.put("/api/v1/events", request -> events(sources.events(), request, materializer));
    pages.put("/api/v1/openapi.json", fixed(ContentTypes.APPLICATION_JSON, PageFiles.openApi()));
    pages.put("/health/live", request -> health(sources.live()));
    pages.put("/health/ready", request -> health(sources.ready()));
    pages.put("/", fixed(ContentTypes.TEXT_HTML_UTF8, PageFiles.html()));
    PageFiles.assets()
        .forEach(
            (name, content) ->
                pages.put(
                    "/assets/" + name, fixed(name.endsWith(".css") ? CSS : JAVASCRIPT, content)));
  }

  boolean has(String path) {
    return pages.containsKey(path);
  }

  Optional<Function<HttpRequest, CompletionStage<HttpResponse>>> at(String path) {
    return Optional.ofNullable(pages.get(path));
  }

  private static SharedBody shared(Executor builder, Supplier<Body> build) {
    return new SharedBody(build, builder, System::nanoTime);
  }

  private static Function<HttpRequest, CompletionStage<HttpResponse>> fixed(
      ContentType type, String content) {
    Body body = Body.compressed(type, content.getBytes(StandardCharsets.UTF_8));
    return request -> CompletableFuture.completedFuture(body.answer(request));
  }

  private static boolean takesOpenMetrics(HttpRequest request) {
    return request
        .getHeader("Accept")
        .filter(accept -> accept.value().contains("application/openmetrics-text"))
        .isPresent();
  }

  private static Body scrape(PrometheusMetrics metrics, String format) {
    return Body.of(ContentTypes.parse(format), metrics.exposition().scrapeBytes(format));
  }

  private static CompletionStage<HttpResponse> events(
      EventLog events, HttpRequest request, Materializer materializer) {
    long after = EventLog.after(request);
    boolean stream =
        request
            .getHeader("Accept")
            .filter(accept -> accept.value().contains("text/event-stream"))
            .isPresent();
    return CompletableFuture.completedFuture(
        stream
            ? events.stream(after, materializer)
            : Responses.json(StatusCodes.OK, events.list(after)));
  }

  private static CompletionStage<HttpResponse> health(Supplier<HealthAnswer> asked) {
    HealthAnswer health = asked.get();
    return CompletableFuture.completedFuture(
        Responses.json(
            health.good() ? StatusCodes.OK : StatusCodes.SERVICE_UNAVAILABLE,
            Map.of("healthy", health.good(), "reason", health.reason())));
  }

  private static Map<String, Object> history(Sources sources) {
    Map<String, Object> whole = new LinkedHashMap<>(sources.history().get());
    Status status = sources.status().get();
    whole.put("name", status.run());
    whole.put("status", status);
    whole.put("stages", sources.metrics().stageSeconds());
    return whole;
  }

  private static byte[] json(Object document) {
    try {
      return MAPPER.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
