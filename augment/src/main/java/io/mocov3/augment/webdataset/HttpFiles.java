package io.mocov3.augment.webdataset;

import io.mocov3.augment.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** Files behind http:// and https://. A server that falls silent is given up after a while. */
final class HttpFiles implements RemoteFiles {
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int EXPLANATION_LIMIT = 1 << 12;

  private final int silenceMillis;

  HttpFiles(int silenceMillis) {
    this.silenceMillis = silenceMillis;
  }

  @Override
  public ShardStore.Identity identity(String url) throws IOException {
    HttpURLConnection connection = open(url, "HEAD");
    try {
      requireOk(url, connection);
      return new ShardStore.Identity(connection.getContentLengthLong(), version(connection));
    } finally {
      connection.disconnect();
    }
  }

  @Override
  public void download(String url, ShardStore.Identity identity, Path target) throws IOException {
    PartialFile partial = PartialFile.of(url, identity, target);
    HttpURLConnection connection = open(url, "GET");
    if (partial.bytes() > 0) {
      connection.setRequestProperty("Range", partial.range());
      connection.setRequestProperty("If-Range", identity.version());
    }
    try {
      int status = connection.getResponseCode();
      boolean rest = status == HttpURLConnection.HTTP_PARTIAL;
      String range = Optional.ofNullable(connection.getHeaderField("Content-Range")).orElse("");
      if (partial.bytes() > 0
          && (status == RANGE_NOT_SATISFIABLE || (rest && !partial.isContinuedBy(range)))) {
        throw partial.discarded();
      }
      if (!rest) {
        requireOk(url, connection);
      }
      try (InputStream in = connection.getInputStream()) {
        if (rest) {
          partial.append(in, connection.getContentLengthLong());
        } else {
          partial.replace(in, connection.getContentLengthLong(), version(connection));
        }
      }
    } finally {
      connection.disconnect();
    }
  }

  @Override
  public Optional<byte[]> get(String url) throws IOException {
    HttpURLConnection connection = open(url, "GET");
    try {
      if (RemoteStatus.isAbsent(connection.getResponseCode()) || isUnlisted(connection)) {
        return Optional.empty();
      }
      requireOk(url, connection);
      try (InputStream in = connection.getInputStream()) {
        byte[] bytes = in.readAllBytes();
        long expected = connection.getContentLengthLong();
        if (expected >= 0 && bytes.length != expected) {
          throw new IOException(
              url + " ended after " + bytes.length + " of " + expected + " bytes");
        }
        return Optional.of(bytes);
      }
    } finally {
      connection.disconnect();
    }
  }

  @Override
  public void close() {}

  private HttpURLConnection open(String url, String method) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setRequestMethod(method);
    connection.setConnectTimeout(silenceMillis);
    connection.setReadTimeout(silenceMillis);
    return connection;
  }

  /** A mark that two different contents do not share, where the server has one. */
  private static String version(HttpURLConnection connection) {
    Optional<String> tag = Optional.ofNullable(connection.getHeaderField("ETag"));
    return tag.filter(value -> !value.startsWith(ShardStore.Identity.WEAK))
        .or(() -> Optional.ofNullable(connection.getHeaderField("Last-Modified")))
        .or(() -> tag)
        .orElse("");
  }

  /** Public buckets that may not be listed say so about whatever they do not have. */
  private static boolean isUnlisted(HttpURLConnection connection) throws IOException {
    if (connection.getResponseCode() != HttpURLConnection.HTTP_FORBIDDEN) {
      return false;
    }
    try (InputStream in = connection.getErrorStream()) {
      return in != null
          && new String(in.readNBytes(EXPLANATION_LIMIT), StandardCharsets.UTF_8)
              .contains("<Code>AccessDenied</Code>");
    }
  }

  /**
   * @throws DataException when trying again is of no use
   */
  private static void requireOk(String url, HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    if (status == HttpURLConnection.HTTP_OK) {
      return;
    }
    IOException failure = RemoteStatus.failure(url, status, "");
    String later = connection.getHeaderField("Retry-After");
    throw later == null
        ? failure
        : new RemoteBusyException(
            failure.getMessage(), RemoteBusyException.retryAfter(later, Instant.now()));
  }
}
