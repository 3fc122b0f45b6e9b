package io.mocov3.app.http;

import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RemoteAddress;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.model.headers.TimeoutAccess;
import akka.stream.Materializer;
import io.mocov3.app.control.ControlRoutes;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import scala.concurrent.duration.Duration;

/** Requests that change something: their bodies are small and come soon, or they are refused. */
final class Posts {
  private static final java.time.Duration BODY_WITHIN = java.time.Duration.ofSeconds(5);
  private static final long LARGEST_BODY = 4096;

  private final ControlRoutes control;
  private final Materializer materializer;

  Posts(ControlRoutes control, Materializer materializer) {
    this.control = control;
    this.materializer = materializer;
  }

  CompletionStage<HttpResponse> answer(HttpRequest request) {
    request
        .getHeader(TimeoutAccess.class)
        .ifPresent(
            access ->
                access
                    .timeoutAccess()
                    .updateTimeout(
                        Duration.fromNanos(
                            ControlRoutes.LONGEST_WAIT
                                .plus(BODY_WITHIN)
                                .plus(BODY_WITHIN)
                                .toNanos())));
    if (request.entity().getContentLengthOption().orElse(0) > LARGEST_BODY) {
      return closing(StatusCodes.CONTENT_TOO_LARGE, "a body has at most 4096 bytes");
    }
    return control
        .answer(call(request))
        .thenApply(Posts::response)
        .exceptionallyCompose(
            failure ->
                closing(
                    StatusCodes.REQUEST_TIMEOUT,
                    "the body was not there within 5 s, or was not as long as announced"));
  }

  private ControlRoutes.Call call(HttpRequest request) {
    return new ControlRoutes.Call(
        request.getUri().path(),
        from(request),
        authority(request),
        new ControlRoutes.Headers(
            header(request, "Origin"),
            header(request, "Sec-Fetch-Site"),
            header(request, "Authorization"),
            header(request, "Idempotency-Key")),
        request.getUri().query().get("wait"),
        () -> body(request));
  }

  private CompletionStage<String> body(HttpRequest request) {
    return request.entity().isKnownEmpty()
        ? CompletableFuture.completedFuture("")
        : request
            .entity()
            .withSizeLimit(LARGEST_BODY)
            .toStrict(BODY_WITHIN.toMillis(), LARGEST_BODY, materializer)
            .thenApply(strict -> strict.getData().utf8String());
  }

  private static HttpResponse response(ControlRoutes.Reply reply) {
    HttpResponse response = Responses.json(StatusCodes.get(reply.status()), reply.document());
    return reply.status() == StatusCodes.UNAUTHORIZED.intValue()
        ? response.addHeader(RawHeader.create("WWW-Authenticate", "Bearer realm=\"mocov3\""))
        : response;
  }

  private static CompletionStage<HttpResponse> closing(StatusCode code, String reason) {
    return CompletableFuture.completedFuture(
        Responses.error(code, reason).addHeader(RawHeader.create("Connection", "close")));
  }

  private static Optional<String> header(HttpRequest request, String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }

  private static String authority(HttpRequest request) {
    return header(request, "Host").orElse("");
  }

  private static String from(HttpRequest request) {
    return request
        .getAttribute(AttributeKeys.remoteAddress)
        .flatMap(RemoteAddress::getAddress)
        .map(InetAddress::getHostAddress)
        .orElse("an unknown address");
  }
}
