package io.mocov3.app.daemon;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.http.javadsl.ServerBinding;
import io.mocov3.actors.control.Caller;
import io.mocov3.actors.control.ControlAnswer;
import io.mocov3.actors.control.ControlRequest;
import io.mocov3.actors.guardian.GuardianCommand;
import io.mocov3.app.control.AccessRule;
import io.mocov3.app.control.Audit;
import io.mocov3.app.control.ControlRoutes;
import io.mocov3.app.control.Desk;
import io.mocov3.app.control.TokenFile;
import io.mocov3.app.http.EventLog;
import io.mocov3.app.http.HealthAnswer;
import io.mocov3.app.http.HttpServer;
import io.mocov3.app.http.Sources;
import io.mocov3.app.http.Status;
import io.mocov3.app.lines.JsonLines;
import io.mocov3.app.output.RunException;
import io.mocov3.app.settings.Settings;
import io.mocov3.metrics.PrometheusMetrics;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The HTTP server of one training, from its start to the last answer. */
final class Serving implements AutoCloseable {

  /** Far longer than any checkpoint or probe; a request is answered even when its trainer fails. */
  private static final Duration LONGEST_REQUEST = Duration.ofHours(24);

  private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

  /** What is read. */
  record Readings(
      PrometheusMetrics metrics,
      Supplier<HealthAnswer> live,
      Supplier<HealthAnswer> ready,
      Supplier<Status> status,
      Supplier<Map<String, Object>> history,
      EventLog events) {}

  private final ServerBinding binding;
  private final EventLog events;
  private final JsonLines audit;
  private final String host;

  private Serving(ServerBinding binding, EventLog events, JsonLines audit, String host) {
    this.binding = binding;
    this.events = events;
    this.audit = audit;
    this.host = host;
  }

  /**
   * A look before anything is written.
   *
   * @throws RunException in one line when it could not be served like this
   */
  static void require(Settings.Http http) {
    HttpServer.requireFree(http.host(), http.port());
    http.tokenFile().map(TokenFile::new).ifPresent(TokenFile::require);
  }

  /** Takes over {@code audit}. */
  static Serving start(
      ActorSystem<GuardianCommand> system, Settings.Http http, Readings readings, JsonLines audit) {
    ControlRoutes control =
        new ControlRoutes(
            new AccessRule(
                http.tokenFile().map(TokenFile::new), HttpServer.isLoopback(http.host())),
            new Desk(request -> ask(system, request)),
            new Audit(audit, System::nanoTime));
    Sources sources =
        new Sources(
            readings.metrics(),
            readings.live(),
            readings.ready(),
            readings.status(),
            readings.history(),
            readings.events(),
            control);
    try {
      return new Serving(
          HttpServer.start(system, http, sources).toCompletableFuture().join(),
          readings.events(),
          audit,
          http.host());
    } catch (CompletionException e) {
      audit.close();
      if (e.getCause() instanceof RunException mistake) {
        throw mistake;
      }
      throw e;
    }
  }

  private static CompletionStage<ControlAnswer> ask(
      ActorSystem<GuardianCommand> system, ControlRequest request) {
    return AskPattern.ask(
            system,
            (ActorRef<ControlAnswer> replyTo) ->
                new GuardianCommand.Ask(request, new Caller(replyTo)),
            LONGEST_REQUEST,
            system.scheduler())
        .exceptionally(failure -> new ControlAnswer.Refused("training ended without an answer"));
  }

  /** Whether the guardian answers. */
  static CompletionStage<Done> ping(ActorSystem<GuardianCommand> system, Duration within) {
    return AskPattern.ask(system, GuardianCommand.Ping::new, within, system.scheduler());
  }

  /** The address, as a line to print. */
  String line() {
    return "serving http://%s:%d/".formatted(host, binding.localAddress().getPort());
  }

  /** Who waits for an answer that is there gets it. */
  @Override
  public void close() {
    events.close();
    try {
      binding
          .terminate(LAST_ANSWERS)
          .toCompletableFuture()
          .get(2 * LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      // the process ends with what is still open
    }
    audit.close();
  }
}
