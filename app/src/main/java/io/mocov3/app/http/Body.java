package io.mocov3.app.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.AcceptEncoding;
import akka.http.javadsl.model.headers.HttpEncodingRange;
import akka.http.javadsl.model.headers.HttpEncodings;
import akka.http.javadsl.model.headers.RawHeader;
import akka.util.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.CRC32C;
import java.util.zip.GZIPOutputStream;

/** What many readers get: the same bytes for all of them, plain or compressed, with their tag. */
record Body(ContentType type, ByteString plain, Optional<ByteString> gzip, String tag) {

  static Body of(ContentType type, byte[] bytes) {
    return new Body(type, ByteString.fromArrayUnsafe(bytes), Optional.empty(), tag(bytes));
  }

  /** For what is large. */
  static Body compressed(ContentType type, byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 2);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Body(
        type,
        ByteString.fromArrayUnsafe(bytes),
        Optional.of(ByteString.fromArrayUnsafe(out.toByteArray())),
        tag(bytes));
  }

  /** Weak, since it stands for both encodings. */
  private static String tag(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return "W/\"%08x-%x\"".formatted(sum.getValue(), bytes.length);
  }

  /** Without the bytes when {@code request} says that it has them. */
  HttpResponse answer(HttpRequest request) {
    HttpResponse response =
        Responses.safe()
            .addHeader(RawHeader.create("ETag", tag))
            .addHeader(RawHeader.create("Vary", "Accept, Accept-Encoding"));
    if (request
        .getHeader("If-None-Match")
        .filter(known -> known.value().contains(tag))
        .isPresent()) {
      return response.withStatus(StatusCodes.NOT_MODIFIED);
    }
    if (gzip.isPresent() && takesGzip(request)) {
      return response
          .addHeader(RawHeader.create("Content-Encoding", "gzip"))
          .withEntity(HttpEntities.create(type, gzip.get()));
    }
    return response.withEntity(HttpEntities.create(type, plain));
  }

  private static boolean takesGzip(HttpRequest request) {
    return request.getHeader(AcceptEncoding.class).stream()
        .flatMap(header -> stream(header.getEncodings()))
        .anyMatch(range -> range.matches(HttpEncodings.GZIP) && range.qValue() > 0);
  }

  private static Stream<HttpEncodingRange> stream(Iterable<HttpEncodingRange> ranges) {
    return StreamSupport.stream(ranges.spliterator(), false);
  }
}
