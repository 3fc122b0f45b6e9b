package io.mocov3.augment.webdataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mocov3.augment.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteShardsTest {
  private static final int SIZE = 5_000_000;
  private static final int CUT = 200_000;

  @TempDir Path dir;
  private Path folder;
  private byte[] content;

  @BeforeEach
  void writeShard() throws IOException {
    folder = Files.createDirectories(dir.resolve("served"));
    content = randomBytes(1);
    Files.write(folder.resolve("a.tar"), content);
  }

  @AfterEach
  void forgetBucket() {
    List.of("endpointUrlS3", "accessKeyId", "secretAccessKey", "region")
        .forEach(key -> System.clearProperty("aws." + key));
    List.of("disableEc2Metadata", "configFile", "sharedCredentialsFile")
        .forEach(key -> System.clearProperty("aws." + key));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "s3"})
  void aDownloadGoesOnWhereTheConnectionWasCut(String scheme) throws IOException {
    try (FaultyServer server = new FaultyServer(folder).cutting(1000, CUT, () -> {});
        RemoteShards shards = open(scheme, server)) {
      assertThat(read(shards)).isEqualTo(content);

      assertThat(server.bytes()).isBetween((long) SIZE, SIZE + SIZE / 20L);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "s3"})
  void aServerThatKnowsNoRangesServesTheWholeAgain(String scheme) throws IOException {
    try (FaultyServer server = new FaultyServer(folder).withoutRanges().cutting(2, CUT, () -> {});
        RemoteShards shards = open(scheme, server)) {
      assertThat(read(shards)).isEqualTo(content);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "s3"})
  void aShardThatIsReplacedMeanwhileIsNeverMixed(String scheme) throws IOException {
    byte[] other = randomBytes(2);
    Runnable replace = () -> write(folder.resolve("a.tar"), other);
    try (FaultyServer server = new FaultyServer(folder).cutting(2, CUT, replace);
        RemoteShards shards = open(scheme, server)) {
      assertThat(read(shards)).isEqualTo(other);
    }
  }

  @Test
  void aCachedShardOfAnotherLengthIsFetchedAgain() throws IOException {
    try (FaultyServer server = new FaultyServer(folder)) {
      try (RemoteShards shards = open("http", server)) {
        assertThat(read(shards)).isEqualTo(content);
      }
      try (Stream<Path> cached = Files.list(dir.resolve("cache"))) {
        write(cached.toList().getFirst(), new byte[7]);
      }
      try (RemoteShards shards = open("http", server)) {
        assertThat(read(shards)).isEqualTo(content);
      }
    }
  }

  @Test
  void checksumsThatArriveCutAreAskedForAgain() throws IOException {
    Files.writeString(folder.resolve("SHA256SUMS"), "00ff  a.tar\n");
    try (FaultyServer server = new FaultyServer(folder).cutting(1, 5, () -> {});
        RemoteShards shards = open("http", server)) {
      assertThatThrownBy(() -> read(shards)).hasMessageContaining("line in SHA256SUMS");
    }
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource({
    "s3,   400, ExpiredToken,       2, credentials have expired",
    "s3,   403, InvalidAccessKeyId, 1, credentials are wrong",
    "s3,   403, AccessDenied,       1, no permission: allow s3:GetObject",
    "s3,   404, NoSuchBucket,       1, there is no such bucket",
    "s3,   400, InvalidRequest,     1, the request is refused",
    "http, 401, '',                 1, it wants credentials",
    "http, 403, '',                 1, no permission",
    "http, 407, '',                 1, the proxy wants credentials",
    "http, 302, '',                 1, it has moved",
    "http, 416, '',                 1, the request is refused",
  })
  void whatIsRefusedIsNotTakenForAbsent(
      String scheme, int status, String code, int requests, String advice) throws IOException {
    try (FaultyServer server =
        new FaultyServer(folder).refusing("SHA256SUMS", 99, status, code, "")) {
      assertThatThrownBy(() -> open(scheme, server))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("/SHA256SUMS answers with status " + status)
          .hasMessageContaining(code)
          .hasMessageContaining(advice)
          .message()
          .hasLineCount(1);
      assertThat(server.requestsAt()).hasSize(requests);
    }
  }

  @Test
  void aBucketWithoutRegionOrCredentialsIsRefusedInOneLine() {
    assumeTrue(System.getenv("AWS_REGION") == null, "AWS_REGION is set");
    assumeTrue(System.getenv("AWS_ACCESS_KEY_ID") == null, "AWS_ACCESS_KEY_ID is set");
    String url = "s3://bucket/set/a.tar";
    System.setProperty("aws.disableEc2Metadata", "true");
    System.setProperty("aws.configFile", dir.resolve("none").toString());
    System.setProperty("aws.sharedCredentialsFile", dir.resolve("none").toString());

    assertThatThrownBy(() -> RemoteFiles.of(url, 2000))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("s3:// needs a region and there is none; set AWS_REGION");

    System.setProperty("aws.region", "us-east-1");
    try (RemoteFiles files = RemoteFiles.of(url, 2000)) {
      assertThatThrownBy(() -> files.get(url))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith(url + " needs credentials and there are none");
    }
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource({
    "s3,   404, NoSuchKey",
    "http, 404, ''",
    "http, 410, ''",
    // what a public bucket that may not be listed says of a file that it does not have
    "http, 403, AccessDenied",
  })
  void checksumsMayBeAbsent(String scheme, int status, String code) throws IOException {
    try (FaultyServer server =
            new FaultyServer(folder).refusing("SHA256SUMS", 99, status, code, "");
        RemoteShards shards = open(scheme, server)) {
      assertThat(read(shards)).isEqualTo(content);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void aBusyServerIsAskedAgainWhenItSaysSo(int status) throws IOException {
    try (FaultyServer server = new FaultyServer(folder).refusing("a.tar", 1, status, "", "1");
        RemoteShards shards = open("http", server)) {
      assertThat(read(shards)).isEqualTo(content);

      List<Long> at = server.requestsAt();
      assertThat(Duration.ofNanos(at.get(1) - at.get(0))).isGreaterThan(Duration.ofMillis(900));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "120                           | 120",
        "Wed, 21 Oct 2015 07:28:30 GMT | 30",
        "Wed, 21 Oct 2015 07:00:00 GMT | 0",
        "soon                          | 0",
        "-5                            | 0"
      })
  void retryAfterIsSecondsOrADate(String header, long seconds) {
    Instant now = Instant.parse("2015-10-21T07:28:00Z");

    assertThat(RemoteBusyException.retryAfter(header, now)).hasSeconds(seconds);
  }

  private RemoteShards open(String scheme, FaultyServer server) throws IOException {
    if (scheme.equals("s3")) {
      System.setProperty("aws.endpointUrlS3", server.url());
      System.setProperty("aws.accessKeyId", "test");
      System.setProperty("aws.secretAccessKey", "test");
      System.setProperty("aws.region", "us-east-1");
    }
    String url = scheme.equals("s3") ? "s3://bucket/set/a.tar" : server.url() + "/set/a.tar";
    ShardCache cache = new ShardCache(dir.resolve("cache"), 1L << 30);
    return new RemoteShards(List.of(url), RemoteFiles.of(url, 2000), cache, new Retries(1));
  }

  private static byte[] read(RemoteShards shards) throws IOException {
    return shards.read(0, RemoteShardsTest::bytes);
  }

  private static byte[] bytes(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
      // until all of it is here
    }
    return bytes.array();
  }

  private static byte[] randomBytes(long seed) {
    byte[] bytes = new byte[SIZE];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
