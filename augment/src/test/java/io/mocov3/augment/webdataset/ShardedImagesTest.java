package io.mocov3.augment.webdataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.augment.DataException;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.batch.SampleOrder;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.source.ImageFiles;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.source.SourceOptions;
import io.mocov3.augment.view.TwoViews;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardedImagesTest {
  private static final int SHARDS = 60;
  private static final int PER_SHARD = 7;
  private static final int BATCH = 20;
  private static final String PATTERN = "photos-{000000..000059}.tar";

  @TempDir static Path dir;
  private static Path shards;

  @BeforeAll
  static void writeShards() throws IOException {
    shards = dir.resolve("shards");
    Random random = new Random(3);
    try (ShardWriter writer = new ShardWriter(shards, "photos", PER_SHARD)) {
      for (int i = 0; i < SHARDS * PER_SHARD - 3; i++) {
        byte[] pixels = new byte[3 * 8 * 8];
        random.nextBytes(pixels);
        Path png = dir.resolve("one.png");
        ImageFiles.writePng(png, pixels, 8, 8);
        writer.add("%05d".formatted(i), "png", Files.readAllBytes(png), i % 3);
      }
      writer.complete(List.of("ant", "bee", "cow"));
    }
  }

  @Test
  void shardsOnDiskAreOneSetWithClassNames() {
    try (ShardedImages source = open(shards.resolve(PATTERN).toString(), "disk")) {
      assertThat(source.size()).isEqualTo(SHARDS * PER_SHARD - 3);
      assertThat(source.classNames()).containsExactly("ant", "bee", "cow");
      assertThat(source.label(8)).isEqualTo(2);
      assertThat(source.id(8)).isEqualTo("photos-000001.tar/00008.png");
      assertThat(source.decode(8)).isInstanceOf(Decoded.Image.class);
      try (ShardedImages folder = open(shards.toString(), "disk")) {
        assertThat(IntStream.range(0, folder.size()).mapToObj(folder::id))
            .isEqualTo(IntStream.range(0, source.size()).mapToObj(source::id).toList());
      }
    }
  }

  @Test
  void anEpochOverHttpIsTheEpochOnDiskThroughAFlakyServerAndASmallCache() throws IOException {
    try (ShardServer server = new ShardServer(shards, true);
        ShardedImages disk = open(shards.toString(), "disk");
        ShardedImages http =
            ShardedImages.open(
                server.url() + "/set/" + PATTERN,
                new SourceOptions(1_000_000, dir.resolve("http"), 40_000, 30, 1, 300))) {
      List<String> streamed = epoch(http, 0, 20);

      assertThat(streamed).doesNotHaveDuplicates();
      List<String> all = IntStream.range(0, disk.size()).mapToObj(disk::id).toList();
      // the last incomplete batch is dropped
      assertThat(all).containsAll(streamed).hasSize(streamed.size() + all.size() % BATCH);
      assertThat(bytesIn(dir.resolve("http/shards"))).isLessThan(2 * 40_000);
    }
  }

  @Test
  void resumingInTheMiddleLosesAndRepeatsNothing() throws IOException {
    try (ShardServer server = new ShardServer(shards, false)) {
      String url = server.url() + "/" + PATTERN;
      List<String> whole;
      List<String> resumed = new ArrayList<>();
      try (ShardedImages source = open(url, "resume")) {
        whole = epoch(source, 0, 20);
        resumed.addAll(epoch(source, 0, 9));
      }
      try (ShardedImages source = open(url, "resume")) {
        resumed.addAll(epoch(source, 9, 20));
      }

      assertThat(resumed).isEqualTo(whole);
      assertThat(server.downloads()).isEqualTo(SHARDS);
    }
  }

  @Test
  void eachOfTwoHostsFetchesItsPartOfTheShardsOfAnEpoch() throws IOException {
    try (ShardServer server = new ShardServer(shards, false)) {
      String url = server.url() + "/" + PATTERN;
      List<String> both = new ArrayList<>();
      int before = 0;
      for (int rank = 0; rank < 2; rank++) {
        try (ShardedImages source = open(url, "host-" + rank)) {
          SampleOrder order = new SampleOrder(5, source.order(), BATCH / 2, rank, 2, 2);
          both.addAll(decoded(source, order, 0, 20));
        }
        // half of them, and those of the window in the middle
        assertThat(server.downloads() - before).isBetween(SHARDS / 2, SHARDS / 2 + 6);
        before = server.downloads();
      }

      assertThat(both).doesNotHaveDuplicates().hasSize(20 * BATCH);
    }
  }

  @Test
  void shardsMayHaveNoLabels() throws IOException {
    Path bare = dir.resolve("unlabelled");
    try (ShardWriter writer = new ShardWriter(bare, "photos", 2)) {
      for (int i = 0; i < 3; i++) {
        writer.add("%05d".formatted(i), "png", new byte[] {1, 2, 3}, ImageSource.NO_LABEL);
      }
      writer.complete(List.of());
    }

    try (ShardedImages source = open(bare.toString(), "unlabelled")) {
      assertThat(source.size()).isEqualTo(3);
      assertThat(source.isLabelled()).isFalse();
      assertThat(source.label(2)).isEqualTo(ImageSource.NO_LABEL);
      assertThat(bare.resolve("classes.txt")).doesNotExist();
    }
  }

  @Test
  void shardsThatAreLabelledInPartAreRefused() throws IOException {
    Path partly = dir.resolve("partly");
    try (ShardWriter writer = new ShardWriter(partly, "photos", 2)) {
      writer.add("a", "png", new byte[] {1, 2, 3}, 1);
      writer.add("b", "png", new byte[] {1, 2, 3}, ImageSource.NO_LABEL);
      writer.complete(List.of("ant", "bee"));
    }

    assertThatThrownBy(() -> open(partly.toString(), "partly"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "photos-000000.tar/b.png has no label, others have; label all images of the shards or"
                + " none");
  }

  @Test
  void withoutAnIndexBesideItAShardIsReadThroughOnce() throws IOException {
    Path bare = Files.createDirectories(dir.resolve("bare"));
    for (int i = 0; i < 3; i++) {
      String name = "photos-%06d.tar".formatted(i);
      Files.copy(shards.resolve(name), bare.resolve(name));
    }
    try (ShardServer server = new ShardServer(bare, false)) {
      String url = server.url() + "/photos-{000000..000002}.tar";
      try (ShardedImages source = open(url, "bare-cache")) {
        assertThat(source.size()).isEqualTo(21);
        assertThat(source.classNames()).containsExactly("0", "1", "2");
      }
      try (ShardedImages source = open(url, "bare-cache")) {
        assertThat(source.size()).isEqualTo(21);
      }
      assertThat(server.downloads()).isEqualTo(3);
    }
  }

  @Test
  void aShardThatIsNotThereIsNamed() throws IOException {
    try (ShardServer server = new ShardServer(shards, false)) {
      assertThatThrownBy(() -> open(server.url() + "/photos-{000058..000060}.tar", "x"))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("photos-000060.tar answers with status 404");
    }
    assertThatThrownBy(() -> open(shards + "/photos-{000058..000060}.tar", "x"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("photos-000060.tar cannot be read");
  }

  @Test
  void aShardThatIsCutOffOrChangedIsRefused() throws IOException {
    Path bad = Files.createDirectories(dir.resolve("bad"));
    byte[] tar = Files.readAllBytes(shards.resolve("photos-000000.tar"));
    Files.write(bad.resolve("cut.tar"), Arrays.copyOf(tar, tar.length / 2));
    Files.write(bad.resolve("sum.tar"), tar);
    Files.writeString(bad.resolve("SHA256SUMS"), "00ff  sum.tar\n");

    assertThatThrownBy(() -> open(bad.resolve("cut.tar").toString(), "y"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is no complete tar file");
    try (ShardServer server = new ShardServer(bad, false)) {
      assertThatThrownBy(() -> open(server.url() + "/sum.tar", "y"))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("does not match its line in SHA256SUMS (tried 7 times)");
    }
  }

  @Test
  void bucketsAreReadThroughTheOfficialClient() throws IOException {
    try (ShardServer server = new ShardServer(shards, false)) {
      System.setProperty("aws.endpointUrlS3", server.url());
      System.setProperty("aws.accessKeyId", "test");
      System.setProperty("aws.secretAccessKey", "test");
      System.setProperty("aws.region", "us-east-1");
      try (ShardedImages source = open("s3://bucket/some/photos-{000000..000004}.tar", "s3")) {
        assertThat(source.size()).isEqualTo(35);
        assertThat(source.classNames()).containsExactly("ant", "bee", "cow");
        assertThat(source.decode(34)).isInstanceOf(Decoded.Image.class);
      } finally {
        List.of("endpointUrlS3", "accessKeyId", "secretAccessKey", "region")
            .forEach(key -> System.clearProperty("aws." + key));
      }
    }
  }

  @Test
  void patternsExpandInOrder() {
    assertThat(ShardPattern.expand("a-{08..11}.tar"))
        .containsExactly("a-08.tar", "a-09.tar", "a-10.tar", "a-11.tar");
    assertThat(ShardPattern.expand("{x,y}-{0..1}")).containsExactly("x-0", "x-1", "y-0", "y-1");
    assertThatThrownBy(() -> ShardPattern.expand("a-{5..2}.tar"))
        .hasMessageContaining("range from 5 to 2");
  }

  private ShardedImages open(String location, String cache) {
    return ShardedImages.open(
        location, new SourceOptions(1_000_000, dir.resolve(cache), 1L << 30, 30, 1, 2000));
  }

  /** The ids of the steps {@code [from, to)}, every image decoded and rendered. */
  private static List<String> epoch(ShardedImages source, long from, long to) {
    return decoded(source, new SampleOrder(5, source.order(), BATCH, 0, 1, 1), from, to);
  }

  private static List<String> decoded(ShardedImages source, SampleOrder order, long from, long to) {
    BatchBuffer buffer = BatchBuffer.allocate(2, BATCH, 8, 8);
    TwoViews views = TwoViews.small(8);
    List<String> ids = new ArrayList<>();
    for (long step = from; step < to; step++) {
      int[] indices = order.indices(step);
      for (int slot = 0; slot < indices.length; slot++) {
        assertThat(views.fill(source, indices[slot], 5, 0, buffer, slot))
            .isInstanceOf(Outcome.Filled.class);
        ids.add(source.id(indices[slot]));
      }
    }
    return ids;
  }

  private static long bytesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
