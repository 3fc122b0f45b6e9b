package io.mocov3.app.daemon;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mocov3.actors.ranks.Follower;
import io.mocov3.app.http.HealthAnswer;
import io.mocov3.app.http.HostRule;
import io.mocov3.app.output.RunException;
import io.mocov3.app.settings.Settings;
import io.mocov3.metrics.Exposition.Scrape;
import io.mocov3.metrics.PrometheusMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a rank that is not the first serves where it is the first of its host: its health and its
 * metrics, for a kubelet and for Prometheus. The page and the control of the training are rank 0's.
 */
final class FollowerServer implements AutoCloseable {
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final int GOOD = 200;
  private static final int BAD = 503;
  private static final int MISDIRECTED = 421;

  private final HttpServer server;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("http").factory());
  private final HostRule hosts;
  private final Duration silence;
  private volatile Optional<Follower> follower = Optional.empty();

  private record Answer(int status, String type, String body) {}

  FollowerServer(Settings settings, PrometheusMetrics metrics) {
    silence = settings.run().stuckAfter();
    String host = settings.http().host();
    try {
      server = HttpServer.create(new InetSocketAddress(host, settings.http().port()), 0);
    } catch (IOException e) {
      throw new RunException(
          "http.port %d on %s cannot be bound (%s); set another one"
              .formatted(settings.http().port(), host, e.getMessage()),
          e);
    }
    hosts = new HostRule(server.getAddress(), settings.http().allowedHosts());
    server.setExecutor(thread);
    serve("/health/live", accept -> health(this::live));
    serve("/health/ready", accept -> health(this::ready));
    serve(
        "/metrics",
        accept -> {
          Scrape scrape = metrics.exposition().scrape(accept);
          return new Answer(GOOD, scrape.contentType(), scrape.body());
        });
    server.start();
  }

  /** From now on its health is that of {@code follower}. */
  void follows(Follower now) {
    follower = Optional.of(now);
  }

  private HealthAnswer live() {
    Duration silent = follower.map(Follower::silence).orElse(Duration.ZERO);
    return silent.compareTo(silence) > 0
        ? HealthAnswer.bad("rank 0 has said nothing for %d s".formatted(silent.toSeconds()))
        : HealthAnswer.good("alive");
  }

  private HealthAnswer ready() {
    return follower.filter(Follower::isTraining).isPresent()
        ? live()
        : HealthAnswer.bad("not training yet");
  }

  private static Answer health(Supplier<HealthAnswer> health) {
    HealthAnswer answer = health.get();
    return new Answer(answer.good() ? GOOD : BAD, TEXT, answer.reason() + "\n");
  }

  private void serve(String path, Function<String, Answer> answers) {
    server.createContext(path, exchange -> answer(exchange, answers));
  }

  private void answer(HttpExchange exchange, Function<String, Answer> answers) throws IOException {
    try (exchange) {
      String host = header(exchange, "Host").replaceFirst(":\\d+$", "");
      Answer answer =
          hosts.accepts(host)
              ? answers.apply(header(exchange, "Accept"))
              : new Answer(MISDIRECTED, TEXT, "no such host is served here\n");
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static String header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
  }

  @Override
  public void close() {
    server.stop(0);
    thread.shutdownNow();
  }
}
