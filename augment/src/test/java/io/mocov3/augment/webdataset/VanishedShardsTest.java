package io.mocov3.augment.webdataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.source.ImageFiles;
import io.mocov3.augment.source.SourceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VanishedShardsTest {
  @TempDir Path dir;
  private Path shards;

  @BeforeEach
  void writeShards() throws IOException {
    shards = dir.resolve("shards");
    Path png = dir.resolve("one.png");
    ImageFiles.writePng(png, new byte[3 * 8 * 8], 8, 8);
    try (ShardWriter writer = new ShardWriter(shards, "s", 2)) {
      for (int i = 0; i < 4; i++) {
        writer.add("" + i, "png", Files.readAllBytes(png), 0);
      }
      writer.complete(List.of("only"));
    }
  }

  @Test
  void aFolderOfShardsThatIsGoneIsNoBadImageAndComesBack() throws IOException {
    try (ShardedImages source = open(shards.toString())) {
      Files.move(shards, dir.resolve("away"));

      assertGone(source, 2, "s-000001.tar cannot be read: it does not exist");

      Files.move(dir.resolve("away"), shards);
      assertThere(source, 2);
    }
  }

  @Test
  void aShardOnDiskThatEndsEarlyHasBadImages() throws IOException {
    try (ShardedImages source = open(shards.toString())) {
      Path shard = shards.resolve("s-000001.tar");
      Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 700));

      assertThat(source.decode(3)).isInstanceOf(Decoded.Undecodable.class);
      source.requireAvailable();
    }
  }

  @Test
  void aServerThatIsGoneIsNoBadImageAndComesBack() throws IOException {
    FaultyServer server = new FaultyServer(shards);
    try (ShardedImages source = open(server.url() + "/s-{000000..000001}.tar")) {
      server.close();

      assertGone(source, 2, "(tried 7 times)");

      try (FaultyServer again = new FaultyServer(shards, server.port())) {
        assertThere(source, 2);
        assertThat(again.bytes()).isPositive();
      }
    }
  }

  @Test
  void aServerThatRefusesMeanwhileIsNoBadImage() throws IOException {
    try (FaultyServer server = new FaultyServer(shards);
        ShardedImages source = open(server.url() + "/s-{000000..000001}.tar")) {
      server.refusing("s-000001.tar", 99, 403, "", "");

      assertGone(source, 2, "answers with status 403; no permission");
      assertThat(source.decode(0)).isInstanceOf(Decoded.Image.class);
    }
  }

  private ShardedImages open(String location) {
    return ShardedImages.open(
        location, new SourceOptions(1_000_000, dir.resolve("cache"), 1L << 30, 30, 1, 2000));
  }

  private static void assertGone(ShardedImages source, int index, String reason) {
    assertThatThrownBy(() -> source.decode(index))
        .isInstanceOf(SourceUnavailableException.class)
        .hasMessageContaining(reason)
        .message()
        .hasLineCount(1);
    assertThatThrownBy(source::requireAvailable).isInstanceOf(SourceUnavailableException.class);
  }

  private static void assertThere(ShardedImages source, int index) {
    source.requireAvailable();
    assertThat(source.decode(index)).isInstanceOf(Decoded.Image.class);
  }
}
