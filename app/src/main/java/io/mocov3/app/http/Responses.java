package io.mocov3.app.http;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.headers.RawHeader;
import io.mocov3.app.output.JsonOutput;
import java.util.List;
import java.util.Map;

/** What every response has in common, errors included. */
final class Responses {

  /** Nothing is ever loaded from another host, framed, or guessed at. */
  private static final List<HttpHeader> SAFE =
      List.of(
          RawHeader.create("X-Content-Type-Options", "nosniff"),
          RawHeader.create("X-Frame-Options", "DENY"),
          RawHeader.create("Referrer-Policy", "no-referrer"),
          RawHeader.create(
              "Content-Security-Policy",
              "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
                  + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
          RawHeader.create("Cache-Control", "no-cache"));

  private Responses() {}

  static HttpResponse safe() {
    return HttpResponse.create().addHeaders(SAFE);
  }

  static HttpResponse json(StatusCode code, Object document) {
    return safe()
        .withStatus(code)
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, JsonOutput.text(document)));
  }

  static HttpResponse error(StatusCode code, String reason) {
    return json(code, Map.of("error", reason));
  }
}
