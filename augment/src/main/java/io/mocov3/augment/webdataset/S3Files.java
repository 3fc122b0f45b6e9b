package io.mocov3.augment.webdataset;

import io.mocov3.augment.DataException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Files behind s3://bucket/key. Region, credentials and endpoint come from the SDK's usual places;
 * an endpoint of one's own ({@code AWS_ENDPOINT_URL_S3} or {@code AWS_ENDPOINT_URL}: MinIO, Ceph)
 * is asked with the bucket in the path.
 */
final class S3Files implements RemoteFiles {
  private final S3Client client;

  /**
   * @throws DataException when the SDK finds no region
   */
  S3Files(int silenceMillis) {
    Duration silence = Duration.ofMillis(silenceMillis);
    try {
      client =
          S3Client.builder()
              .httpClientBuilder(
                  UrlConnectionHttpClient.builder()
                      .connectionTimeout(silence)
                      .socketTimeout(silence))
              .forcePathStyle(ownEndpoint())
              .build();
    } catch (SdkException unusable) {
      throw new DataException(
          firstLine(unusable).startsWith("Unable to load region")
              ? "s3:// needs a region and there is none; set AWS_REGION, or one in the profile"
              : "s3:// cannot be used: " + firstLine(unusable),
          unusable);
    }
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
  public void download(String url, ShardStore.Identity identity, Path target) throws IOException {
    PartialFile partial = PartialFile.of(url, identity, target);
    GetObjectRequest.Builder request = request(url);
    if (partial.bytes() > 0) {
      request.range(partial.range()).ifMatch(identity.version());
    }
    Path unused = call(url, () -> fetch(partial, request.build()));
  }

  private Path fetch(PartialFile partial, GetObjectRequest request) throws IOException {
    try (ResponseInputStream<GetObjectResponse> in = client.getObject(request)) {
      GetObjectResponse answer = in.response();
      String range = Optional.ofNullable(answer.contentRange()).orElse("");
      if (partial.bytes() > 0 && !range.isEmpty()) {
        if (!partial.isContinuedBy(range)) {
          throw partial.discarded();
        }
        partial.append(in, answer.contentLength());
      } else {
        partial.replace(in, answer.contentLength(), String.valueOf(answer.eTag()));
      }
      return partial.path();
    } catch (S3Exception refused) {
      if (partial.bytes() > 0 && (refused.statusCode() == 412 || refused.statusCode() == 416)) {
        throw partial.discarded();
      }
      throw refused;
    }
  }

  @Override
  public Optional<byte[]> get(String url) throws IOException {
    return call(
        url,
        () -> {
          try {
            return Optional.of(client.getObjectAsBytes(request(url).build()).asByteArray());
          } catch (S3Exception failure) {
            if (RemoteStatus.isAbsent(failure.statusCode())
                && !code(failure).equals("NoSuchBucket")) {
              return Optional.empty();
            }
            throw failure;
          }
        });
  }

  @Override
  public void close() {
    client.close();
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  /** Where credentials have expired, whoever provides them may have new ones by now. */
  private static <T> T call(String url, Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (S3Exception failure) {
      if (!RemoteStatus.EXPIRED.contains(code(failure))) {
        throw translated(url, failure);
      }
    } catch (SdkException failure) {
      throw translated(url, failure);
    }
    try {
      return call.run();
    } catch (SdkException failure) {
      throw translated(url, failure);
    }
  }

  private static IOException translated(String url, SdkException failure) {
    if (failure instanceof S3Exception answer) {
      return RemoteStatus.failure(url, answer.statusCode(), code(answer));
    }
    String line = firstLine(failure);
    if (line.startsWith("Unable to load credentials")) {
      throw new DataException(
          url + " needs credentials and there are none; set AWS_ACCESS_KEY_ID or AWS_PROFILE",
          failure);
    }
    return new IOException(url + ": " + line, failure);
  }

  private static String code(S3Exception failure) {
    return Optional.ofNullable(failure.awsErrorDetails())
        .map(AwsErrorDetails::errorCode)
        .orElse("");
  }

  private static String firstLine(SdkException failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }

  private static GetObjectRequest.Builder request(String url) {
    URI uri = URI.create(url);
    return GetObjectRequest.builder().bucket(uri.getHost()).key(key(uri));
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
