package io.mocov3.app.http;

import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** From request to response: who may ask, what is there, and what went wrong. */
final class Handler {
  private final Pages pages;
  private final HostRule hosts;
  private final RareLog log;

  Handler(Pages pages, HostRule hosts, RareLog log) {
    this.pages = pages;
    this.hosts = hosts;
    this.log = log;
  }

  /** {@code HEAD} arrives here as {@code GET}; its body is left out later. */
  CompletionStage<HttpResponse> answer(HttpRequest request) {
    if (!hosts.accepts(request.getUri().host().address())) {
      return refuse(
          StatusCodes.MISDIRECTED_REQUEST,
          "not served under this host name; http.allowed-hosts can name it");
    }
    if (!request.method().equals(HttpMethods.GET)) {
      return refuse(StatusCodes.METHOD_NOT_ALLOWED, "there is nothing but GET and HEAD")
          .thenApply(response -> response.addHeader(RawHeader.create("Allow", "GET, HEAD")));
    }
    if (!request.entity().isKnownEmpty()) {
      return refuse(StatusCodes.CONTENT_TOO_LARGE, "a request has no body here");
    }
    return pages
        .at(request.getUri().path())
        .map(page -> page.apply(request).exceptionally(this::failed))
        .orElseGet(() -> refuse(StatusCodes.NOT_FOUND, "there is nothing at this path"));
  }

  private static CompletionStage<HttpResponse> refuse(StatusCode code, String reason) {
    return CompletableFuture.completedFuture(Responses.error(code, reason));
  }

  private HttpResponse failed(Throwable failure) {
    log.error(failure, "an answer could not be built");
    return Responses.error(StatusCodes.INTERNAL_SERVER_ERROR, "the answer could not be built");
  }
}
