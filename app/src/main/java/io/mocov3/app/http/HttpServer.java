package io.mocov3.app.http;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.PathMatcher0;
import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.mocov3.app.page.PageFiles;
import io.mocov3.app.run.RunException;
import io.mocov3.metrics.PrometheusMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * {@code /metrics}, {@code /health/live}, {@code /health/ready}, {@code /api/v1/status}, {@code
 * /api/v1/history}, and the page with its assets.
 */
public final class HttpServer extends AllDirectives {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  private static final ContentType CSS = ContentTypes.parse("text/css; charset=utf-8");
  private static final ContentType JAVASCRIPT =
      ContentTypes.parse("text/javascript; charset=utf-8");

  private final PrometheusMetrics metrics;
  private final Supplier<Health> live;
  private final Supplier<Health> ready;
  private final Supplier<Status> status;
  private final Supplier<Map<String, Object>> history;

  private HttpServer(
      PrometheusMetrics metrics,
      Supplier<Health> live,
      Supplier<Health> ready,
      Supplier<Status> status,
      Supplier<Map<String, Object>> history) {
    this.metrics = metrics;
    this.live = live;
    this.ready = ready;
    this.status = status;
    this.history = history;
  }

  /**
   * A look before anything is written.
   *
   * @throws RunException when the host is not this machine, or the port cannot be bound
   */
  public static void requireFree(String host, int port) {
    requireOwn(host);
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw taken(host, port, e);
    }
  }

  private static void requireOwn(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      if (!address.isAnyLocalAddress() && NetworkInterface.getByInetAddress(address) == null) {
        throw foreign(host, "is not an address of this machine");
      }
    } catch (IOException e) {
      throw foreign(host, "is neither an address nor the name of a machine");
    }
  }

  private static RunException foreign(String host, String why) {
    return new RunException(
        "http.host %s %s; set 127.0.0.1, or 0.0.0.0 for all of its addresses".formatted(host, why));
  }

  private static RunException taken(String host, int port, Throwable cause) {
    return new RunException(
        "http.port %d on %s cannot be bound (%s); set another one, or any free one with --set http.port=0"
            .formatted(port, host, cause.getMessage()),
        cause);
  }

  /**
   * Binds; a port that is taken fails the stage with a {@link RunException}. Port 0 is any free.
   */
  public static CompletionStage<ServerBinding> start(
      ActorSystem<?> system,
      String host,
      int port,
      PrometheusMetrics metrics,
      Supplier<Health> live,
      Supplier<Health> ready,
      Supplier<Status> status,
      Supplier<Map<String, Object>> history) {
    Route routes = new HttpServer(metrics, live, ready, status, history).routes();
    return Http.get(system)
        .newServerAt(host, port)
        .bind(routes)
        .exceptionally(
            failure -> {
              throw new CompletionException(taken(host, port, failure));
            });
  }

  private Route routes() {
    return get(
        () ->
            concat(
                path("metrics", this::scrape),
                pathPrefix(
                    "health",
                    () ->
                        concat(
                            path("live", () -> health(live.get())),
                            path("ready", () -> health(ready.get())))),
                path(
                    segment("api").slash("v1").slash("status"),
                    () -> json(StatusCodes.OK, status.get())),
                path(
                    segment("api").slash("v1").slash("history"),
                    () -> encodeResponse(() -> json(StatusCodes.OK, wholeHistory()))),
                path(segment("assets").slash(PathMatchers.segment()), this::asset),
                pathSingleSlash(() -> text(ContentTypes.TEXT_HTML_UTF8, PageFiles.html()))));
  }

  private Route scrape() {
    return optionalHeaderValueByName(
        "Accept",
        accept -> {
          PrometheusMetrics.Scrape scrape = metrics.scrape(accept.orElse(""));
          ContentType type = ContentTypes.parse(scrape.contentType());
          byte[] body = scrape.body().getBytes(StandardCharsets.UTF_8);
          return complete(HttpResponse.create().withEntity(HttpEntities.create(type, body)));
        });
  }

  private Route health(Health health) {
    return json(
        health.good() ? StatusCodes.OK : StatusCodes.SERVICE_UNAVAILABLE,
        Map.of("healthy", health.good(), "reason", health.reason()));
  }

  private Route json(StatusCode code, Object body) {
    try {
      return complete(
          code,
          HttpEntities.create(ContentTypes.APPLICATION_JSON, MAPPER.writeValueAsString(body)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, Object> wholeHistory() {
    Map<String, Object> whole = new LinkedHashMap<>(history.get());
    whole.put("name", status.get().run());
    whole.put("status", status.get());
    whole.put("stages", metrics.stageSeconds());
    return whole;
  }

  private Route asset(String name) {
    ContentType type = name.endsWith(".css") ? CSS : JAVASCRIPT;
    return PageFiles.asset(name)
        .map(content -> encodeResponse(() -> text(type, content)))
        .orElseGet(this::reject);
  }

  /** Nothing is ever loaded from another host. */
  private Route text(ContentType type, String content) {
    HttpResponse response =
        HttpResponse.create()
            .addHeader(
                RawHeader.create(
                    "Content-Security-Policy",
                    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'"))
            .addHeader(RawHeader.create("Cache-Control", "no-cache"))
            .withEntity(HttpEntities.create(type, content.getBytes(StandardCharsets.UTF_8)));
    return complete(response);
  }

  private static PathMatcher0 segment(String name) {
    return PathMatchers.segment(name);
  }
}
