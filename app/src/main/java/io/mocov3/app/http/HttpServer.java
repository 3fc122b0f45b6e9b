package io.mocov3.app.http;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Adapter;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.stream.ActorMaterializer;
import akka.stream.ActorMaterializerSettings;
import akka.stream.Materializer;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Source;
import io.mocov3.app.output.RunException;
import io.mocov3.app.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.slf4j.LoggerFactory;

/**
 * {@code /metrics}, {@code /health}, {@code /api/v1}, and the page with its assets. Two threads of
 * its own, whoever reads: one answers, one builds what is answered.
 */
public final class HttpServer {
  private static final String ANSWERING = "mocov3-akka.http-dispatcher";
  private static final String BUILDING = "mocov3-akka.http-body-dispatcher";
  private static final Duration FIRST_REQUEST = Duration.ofSeconds(10);
  private static final Duration NEXT_REQUEST = Duration.ofSeconds(90);
  private static final Duration BETWEEN_LOG_LINES = Duration.ofMinutes(1);

  private HttpServer() {}

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
      ActorSystem<?> system, Settings.Http settings, Sources sources) {
    RareLog log = new RareLog(LoggerFactory.getLogger(HttpServer.class), BETWEEN_LOG_LINES);
    Materializer materializer = materializer(system);
    Pages pages =
        new Pages(
            sources,
            system.dispatchers().lookup(DispatcherSelector.fromConfig(BUILDING)),
            materializer);
    Posts posts = new Posts(sources.control(), materializer);
    HostRule hosts =
        new HostRule(
            new InetSocketAddress(settings.host(), settings.port()), settings.allowedHosts());
    return Http.get(system)
        .newServerAt(settings.host(), settings.port())
        .withMaterializer(materializer)
        .logTo(log)
        .bindFlow(connection(new Handler(pages, posts, hosts, log)))
        .exceptionally(
            failure -> {
              throw new CompletionException(taken(settings.host(), settings.port(), failure));
            });
  }

  /** A client that does not get round to asking makes room for another. */
  private static Flow<HttpRequest, HttpResponse, NotUsed> connection(Handler handler) {
    return Flow.of(HttpRequest.class)
        .initialTimeout(FIRST_REQUEST)
        .idleTimeout(NEXT_REQUEST)
        .recoverWith(TimeoutException.class, Source::empty)
        .mapAsync(1, handler::answer);
  }

  /** Whether only this machine can reach that address. */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** There is no other way to say on which thread connections run. */
  @SuppressWarnings("deprecation")
  private static Materializer materializer(ActorSystem<?> system) {
    akka.actor.ActorSystem classic = Adapter.toClassic(system);
    return ActorMaterializer.create(
        ActorMaterializerSettings.create(classic).withDispatcher(ANSWERING), classic);
  }
}
