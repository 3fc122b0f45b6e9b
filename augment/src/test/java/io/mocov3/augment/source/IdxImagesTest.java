package io.mocov3.augment.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Decoded;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxImagesTest {
  private static final Path FASHION = Path.of("/usr/share/datasets/fashion-mnist");

  @TempDir Path folder;

  @Test
  void greyPixelsAreCopiedToAllChannels() throws IOException {
    write("train", 3, 3, false);

    try (ImageSource source = TestImages.open(folder, DataFormat.AUTO)) {
      assertThat(source.size()).isEqualTo(3);
      assertThat(source.classNames()).containsExactly("0", "1", "2");
      assertThat(source.label(2)).isEqualTo(2);
      assertThat(source.id(2)).isEqualTo("train-images#2");
      assertThat(source.decode(2))
          .isInstanceOfSatisfying(
              Decoded.Image.class,
              image -> {
                assertThat(image.width()).isEqualTo(2);
                assertThat(image.height()).isEqualTo(1);
                assertThat(image.pixels()).containsExactly(4, 4, 4, 5, 5, 5);
              });
    }
  }

  @Test
  void compressedFilesAreRead() throws IOException {
    Path images = write("t10k", 2, 2, true);

    try (ImageSource source = TestImages.open(images, DataFormat.IDX)) {
      assertThat(source.id(1)).isEqualTo("t10k-images#1");
    }
  }

  @Test
  void aFolderOfTwoSetsNeedsAChoice() throws IOException {
    write("train", 2, 2, false);
    write("t10k", 2, 2, false);

    assertRefused(folder, "give the path of one of t10k-images-idx3-ubyte, train-images");
  }

  @Test
  void malformedFilesAreSaidInOneLine() throws IOException {
    Path images = write("train", 3, 2, false);
    assertRefused(images, "has 2 labels but train-images-idx3-ubyte has 3 images");
    Files.write(
        images, ByteBuffer.allocate(20).putInt(0x803).putInt(9).putInt(9).putInt(9).array());
    assertRefused(images, "ends after 4 of 729 bytes");
    Files.delete(folder.resolve("train-labels-idx1-ubyte"));
    Files.write(images, idx(0x803, new int[] {1, 1, 1}, 1));
    assertRefused(images, "put train-labels-idx1-ubyte[.gz] into the same folder");
  }

  @Test
  void fashionMnistOfDebianIsRead() {
    assumeTrue(Files.isDirectory(FASHION), "skipped: dataset-fashion-mnist is not installed");

    try (ImageSource source =
        TestImages.open(FASHION.resolve("train-images-idx3-ubyte.gz"), DataFormat.AUTO)) {
      assertThat(source.size()).isEqualTo(60_000);
      assertThat(source.classNames()).hasSize(10);
      assertThat(source.decode(59_999)).isInstanceOf(Decoded.Image.class);
    }
  }

  private Path write(String set, int images, int labels, boolean gzip) throws IOException {
    String suffix = gzip ? ".gz" : "";
    Path file = folder.resolve(set + "-images-idx3-ubyte" + suffix);
    write(file, idx(0x803, new int[] {images, 1, 2}, 2 * images), gzip);
    write(
        folder.resolve(set + "-labels-idx1-ubyte" + suffix),
        idx(0x801, new int[] {labels}, labels),
        gzip);
    return file;
  }

  private static void write(Path file, byte[] data, boolean gzip) throws IOException {
    try (OutputStream plain = Files.newOutputStream(file);
        OutputStream output = gzip ? new GZIPOutputStream(plain) : plain) {
      output.write(data);
    }
  }

  private static byte[] idx(int magic, int[] shape, int values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * shape.length + values).putInt(magic);
    for (int length : shape) {
      buffer.putInt(length);
    }
    for (int i = 0; i < values; i++) {
      buffer.put((byte) i);
    }
    return buffer.array();
  }

  private static void assertRefused(Path path, String rule) {
    assertThatThrownBy(() -> TestImages.open(path, DataFormat.AUTO))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(rule)
        .message()
        .doesNotContain("\n");
  }
}
