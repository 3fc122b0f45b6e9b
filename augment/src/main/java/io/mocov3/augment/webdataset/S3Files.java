package io.mocov3.augment.webdataset;

import io.mocov3.augment.DataException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Files behind s3://bucket/key. Region, credentials and endpoint come from the SDK's usual places;
 * an endpoint of one's own ({@code AWS_ENDPOINT_URL_S3} or {@code AWS_ENDPOINT_URL}: MinIO, Ceph)
 * is asked with the bucket in the path.
 */
final class S3Files implements RemoteFiles {
  private final S3Client client;

  S3Files(int silenceMillis) {
    Duration silence = Duration.ofMillis(silenceMillis);
    client =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(silence).socketTimeout(silence))
            .forcePathStyle(ownEndpoint())
            .build();
  }

  @Override
  public ShardStore.Identity identity(String url) throws IOException {
    URI uri = URI.create(url);
    return call(
        url,
        () -> {
          HeadObjectResponse head =
              client.headObject(request -> request.bucket(uri.getHost()).key(key(uri)));
          return new ShardStore.Identity(head.contentLength(), String.valueOf(head.eTag()));
        });
  }

  @Override
  public void download(String url, Path target) throws IOException {
    URI uri = URI.create(url);
    // the SDK refuses to overwrite what an attempt before has left
    Files.deleteIfExists(target);
    call(
        url,
        () -> client.getObject(request -> request.bucket(uri.getHost()).key(key(uri)), target));
  }

  @Override
  public Optional<byte[]> get(String url) throws IOException {
    URI uri = URI.create(url);
    try {
      return Optional.of(
          call(
              url,
              () ->
                  client
                      .getObjectAsBytes(request -> request.bucket(uri.getHost()).key(key(uri)))
                      .asByteArray()));
    } catch (DataException absent) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private interface Call<T> {
    T run();
  }

  private static <T> T call(String url, Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (S3Exception failure) {
      String message = url + " answers with status " + failure.statusCode();
      if (failure.statusCode() >= 400 && failure.statusCode() < 500) {
        throw new DataException(message, failure);
      }
      throw new IOException(message, failure);
    } catch (SdkException failure) {
      throw new IOException(url + ": " + failure.getMessage(), failure);
    }
  }

  private static String key(URI uri) {
    return uri.getPath().substring(1);
  }

  private static boolean ownEndpoint() {
    return System.getenv("AWS_ENDPOINT_URL_S3") != null
        || System.getenv("AWS_ENDPOINT_URL") != null
        || System.getProperty("aws.endpointUrlS3") != null
        || System.getProperty("aws.endpointUrl") != null;
  }
}
