package io.mocov3.app.http;

import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import io.mocov3.app.control.ControlRoutes;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** From request to response: who may ask, what is there, and what went wrong. */
final class Handler {
  private final Pages pages;
  private final Posts posts;
  private final HostRule hosts;
  private final RareLog log;

  Handler(Pages pages, Posts posts, HostRule hosts, RareLog log) {
    this.pages = pages;
    this.posts = posts;
    this.hosts = hosts;
    this.log = log;
  }

  /** {@code HEAD} arrives here as {@code GET}; its body is left out later. */
  CompletionStage<HttpResponse> answer(HttpRequest request) {
    if (!hosts.accepts(request.getUri().host().address())) {
      return refuse(
          request,
          StatusCodes.MISDIRECTED_REQUEST,
          "not served under this host name; http.allowed-hosts can name it");
    }
    String path = request.getUri().path();
    if (ControlRoutes.isAction(path)) {
      return request.method().equals(HttpMethods.POST)
          ? posts.answer(request).exceptionally(this::failed)
          : notAllowed(request, "POST", "this is only for POST");
    }
    if (!pages.has(path)) {
      return refuse(request, StatusCodes.NOT_FOUND, "there is nothing at this path");
    }
    if (!request.method().equals(HttpMethods.GET)) {
      return notAllowed(request, "GET, HEAD", "this is only for GET and HEAD");
    }
    if (!request.entity().isKnownEmpty()) {
      return refuse(request, StatusCodes.CONTENT_TOO_LARGE, "a request has no body here");
    }
    return pages.at(path).orElseThrow().apply(request).exceptionally(this::failed);
  }

  private CompletionStage<HttpResponse> notAllowed(
      HttpRequest request, String allowed, String reason) {
    return refuse(request, StatusCodes.METHOD_NOT_ALLOWED, reason)
        .thenApply(response -> response.addHeader(RawHeader.create("Allow", allowed)));
  }

  /** The connection ends with it where a body may follow that nobody wants. */
  private static CompletionStage<HttpResponse> refuse(
      HttpRequest request, StatusCode code, String reason) {
    HttpResponse response = Responses.error(code, reason);
    return CompletableFuture.completedFuture(
        request.entity().isKnownEmpty()
            ? response
            : response.addHeader(RawHeader.create("Connection", "close")));
  }

  private HttpResponse failed(Throwable failure) {
    log.error(failure, "an answer could not be built");
    return Responses.error(StatusCodes.INTERNAL_SERVER_ERROR, "the answer could not be built");
  }
}
