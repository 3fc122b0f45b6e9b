package io.mocov3.augment.webdataset;

import io.mocov3.augment.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** Files behind http:// and https://. A server that falls silent is given up after a while. */
final class HttpFiles implements RemoteFiles {
  private final int silenceMillis;

  HttpFiles(int silenceMillis) {
    this.silenceMillis = silenceMillis;
  }

  @Override
  public ShardStore.Identity identity(String url) throws IOException {
    HttpURLConnection connection = open(url, "HEAD");
    try {
      requireOk(url, connection);
      String version =
          Optional.ofNullable(connection.getHeaderField("ETag"))
              .or(() -> Optional.ofNullable(connection.getHeaderField("Last-Modified")))
              .orElse("");
      return new ShardStore.Identity(connection.getContentLengthLong(), version);
    } finally {
      connection.disconnect();
    }
  }

  @Override
  public void download(String url, Path target) throws IOException {
    HttpURLConnection connection = open(url, "GET");
    try {
      requireOk(url, connection);
      try (InputStream in = connection.getInputStream()) {
        Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
      }
      long expected = connection.getContentLengthLong();
      if (expected >= 0 && Files.size(target) != expected) {
        throw new IOException(
            url + " ended after " + Files.size(target) + " of " + expected + " bytes");
      }
    } finally {
      connection.disconnect();
    }
  }

  @Override
  public Optional<byte[]> get(String url) throws IOException {
    HttpURLConnection connection = open(url, "GET");
    try {
      int status = connection.getResponseCode();
      if (status == HttpURLConnection.HTTP_NOT_FOUND
          || status == HttpURLConnection.HTTP_FORBIDDEN) {
        return Optional.empty();
      }
      requireOk(url, connection);
      try (InputStream in = connection.getInputStream()) {
        return Optional.of(in.readAllBytes());
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

  private static void requireOk(String url, HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    if (status == HttpURLConnection.HTTP_OK) {
      return;
    }
    String message = url + " answers with status " + status;
    boolean refused = status >= 400 && status < 500 && status != 408 && status != 429;
    if (refused) {
      throw new DataException(message);
    }
    throw new IOException(message);
  }
}
