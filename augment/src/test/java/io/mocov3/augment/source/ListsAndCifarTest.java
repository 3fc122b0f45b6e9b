package io.mocov3.augment.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Checksums;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.augment.codec.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListsAndCifarTest {
  @TempDir Path dir;

  @Test
  void aListNamesPathsLabelsAndChecksums() throws IOException {
    Image image = TestImages.random(9, 5, 1);
    ImageFiles.writePng(dir.resolve("in/a b.png"), image.pixels(), 9, 5);
    ImageFiles.writePng(dir.resolve("in/c.png"), image.pixels(), 9, 5);
    String sum = Checksums.sha256(dir.resolve("in/a b.png"));
    Path table =
        Files.writeString(
            dir.resolve("list.csv"),
            "path,label,sha256\n\"in/a b.png\",10," + sum + "\nin/c.png,9," + sum + "\n");

    try (ImageSource source = TestImages.open(table, DataFormat.AUTO)) {
      assertThat(source.classNames()).containsExactly("9", "10");
      assertThat(IntStream.range(0, 2).map(source::label)).containsExactly(1, 0);
      assertThat(((Image) source.decode(0)).pixels()).isEqualTo(image.pixels());
      // the same pixels, but PNG files of one content have one checksum
      assertThat(source.decode(1)).isInstanceOf(Image.class);
      Files.writeString(dir.resolve("in/c.png"), "changed");
      assertThat(((Undecodable) source.decode(1)).reason()).isEqualTo(Reason.CHECKSUM);
    }
  }

  @Test
  void aTabSeparatedListMayHaveTextLabels() throws IOException {
    Path table = Files.writeString(dir.resolve("x.tsv"), "label\tpath\ndog\ta.png\ncat\tb,c.png\n");

    try (ImageSource source = TestImages.open(table, DataFormat.AUTO)) {
      assertThat(source.classNames()).containsExactly("cat", "dog");
      assertThat(source.id(1)).isEqualTo("b,c.png");
      assertThat(((Undecodable) source.decode(0)).reason()).isEqualTo(Reason.UNREADABLE);
    }
  }

  @Test
  void listsWithoutColumnsOrLinesAreRefused() throws IOException {
    Path noColumn = Files.writeString(dir.resolve("a.csv"), "file,label\na.png,1\n");
    Path noLine = Files.writeString(dir.resolve("b.csv"), "path,label\n");
    Path someLabels = Files.writeString(dir.resolve("c.csv"), "path,label\na.png,1\nb.png\n");

    assertThatThrownBy(() -> TestImages.open(noColumn, DataFormat.LIST))
        .hasMessageContaining("has no column \"path\"");
    assertThatThrownBy(() -> TestImages.open(noLine, DataFormat.LIST))
        .hasMessageContaining("has no line after the first");
    assertThatThrownBy(() -> TestImages.open(someLabels, DataFormat.LIST))
        .hasMessageContaining("line 3 has no path, or one of it and the first image has a label");
  }

  @Test
  void aListMayHaveNoLabels() throws IOException {
    Path table = Files.writeString(dir.resolve("x.csv"), "path\na.png\nb.png\n");

    try (ImageSource source = TestImages.open(table, DataFormat.AUTO)) {
      assertThat(source.isLabelled()).isFalse();
      assertThat(source.label(1)).isEqualTo(ImageSource.NO_LABEL);
    }
  }

  @Test
  void cifarRecordsArePlanarWithTheLabelFirst() throws IOException {
    Files.write(dir.resolve("data_batch_1.bin"), records(1, 2));
    Files.write(dir.resolve("data_batch_2.bin"), records(1, 3));
    Files.writeString(dir.resolve("batches.meta.txt"), "plane\ncar\nbird\ncat\n\n");

    try (ImageSource source = TestImages.open(dir, DataFormat.AUTO)) {
      assertThat(source.size()).isEqualTo(5);
      assertThat(source.classNames()).containsExactly("plane", "car", "bird", "cat");
      assertThat(IntStream.range(0, 5).map(source::label)).containsExactly(0, 1, 0, 1, 2);
      assertThat(source.id(4)).isEqualTo("data_batch_2.bin#2");
      byte[] pixels = ((Image) source.decode(4)).pixels();
      assertThat(pixels).startsWith(2, 3, 4).endsWith(2, 3, 4);
    }
  }

  @Test
  void cifar100HasTheFineLabelSecond() throws IOException {
    Files.write(dir.resolve("train.bin"), records(2, 3));

    try (ImageSource source = TestImages.open(dir, DataFormat.AUTO)) {
      assertThat(source.classNames()).hasSize(100);
      assertThat(source.label(2)).isEqualTo(2);
    }
  }

  @Test
  void aCifarFileOfAnotherLengthIsRefused() throws IOException {
    Path file = Files.write(dir.resolve("test_batch.bin"), new byte[3000]);

    assertThatThrownBy(() -> TestImages.open(file, DataFormat.AUTO))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("not a multiple of 3073");
  }

  /** Record i has label i and the colour (i, i + 1, i + 2). */
  private static byte[] records(int labelBytes, int count) {
    int length = labelBytes + 3072;
    byte[] bytes = new byte[count * length];
    for (int i = 0; i < bytes.length; i++) {
      int record = i / length;
      int within = i % length - labelBytes;
      bytes[i] = (byte) (within < 0 ? record : record + within / 1024);
    }
    return bytes;
  }
}
