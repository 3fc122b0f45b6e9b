package io.mocov3.augment.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.codec.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path folder;

  @Test
  void classesAndFilesAreSortedByName() throws IOException {
    TestImages.folder(folder, 3);
    Files.createDirectories(folder.resolve("class-a/nested"));
    Files.write(folder.resolve("class-a/nested/x.PNG"), new byte[] {1});
    Files.writeString(folder.resolve("class-a/readme.txt"), "not an image");
    Files.writeString(folder.resolve("class-a/.hidden.jpg"), "not an image");

    try (ImageSource source = TestImages.open(folder, DataFormat.AUTO)) {
      assertThat(source.classNames()).containsExactly("class-a", "class-b");
      assertThat(source.size()).isEqualTo(7);
      assertThat(source.id(0)).isEqualTo("class-a/0.jpg");
      assertThat(source.id(3)).isEqualTo("class-a/nested/x.PNG");
      assertThat(source.label(3)).isZero();
      assertThat(source.id(4)).isEqualTo("class-b/0.jpg");
      assertThat(source.label(4)).isEqualTo(1);
      assertThat(source.decode(4))
          .isInstanceOfSatisfying(
              Decoded.Image.class, image -> assertThat(image.width()).isEqualTo(40));
    }
  }

  @Test
  void aVanishedFileIsUnreadableAndNotAnException() throws IOException {
    TestImages.folder(folder, 1);
    try (ImageSource source = TestImages.open(folder, DataFormat.IMAGE_FOLDER)) {
      Files.delete(folder.resolve("class-a/0.jpg"));

      assertThat(source.decode(0))
          .isInstanceOfSatisfying(
              Decoded.Undecodable.class,
              bad -> assertThat(bad.reason()).isEqualTo(Reason.UNREADABLE));
    }
  }

  @Test
  void manyFilesAreListedQuickly() throws IOException {
    Path many = Files.createDirectories(folder.resolve("only"));
    for (int i = 0; i < 10_000; i++) {
      Files.createFile(many.resolve(i + ".jpg"));
    }
    long start = System.nanoTime();

    int size = ImageFolder.open(folder, 1).size();

    assertThat(size).isEqualTo(10_000);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void imagesWithoutClassFoldersAreTakenWithoutLabelsHoweverTheyAreNested() throws IOException {
    Path nested = Files.createDirectories(folder.resolve("2024/05/holidays"));
    Files.createFile(folder.resolve("top.jpg"));
    Files.createFile(folder.resolve("2024/a.png"));
    Files.createFile(nested.resolve("b.JPG"));
    Files.createFile(nested.resolve("notes.txt"));

    try (ImageSource source = TestImages.open(folder, DataFormat.AUTO)) {
      assertThat(source.isLabelled()).isFalse();
      assertThat(source.classNames()).isEmpty();
      assertThat(source.label(1)).isEqualTo(ImageSource.NO_LABEL);
      assertThat(IntStream.range(0, source.size()).mapToObj(source::id))
          .containsExactly("2024/05/holidays/b.JPG", "2024/a.png", "top.jpg");
    }
    Files.delete(folder.resolve("top.jpg"));
    try (ImageSource classes = TestImages.open(folder, DataFormat.AUTO);
        ImageSource asked = TestImages.open(folder, DataFormat.FOLDER)) {
      assertThat(classes.classNames()).containsExactly("2024");
      assertThat(asked.isLabelled()).isFalse();
      assertThat(asked.size()).isEqualTo(2);
    }
  }

  @Test
  void whatIsMissingIsSaidInOneLine() throws IOException {
    assertRefused(folder.resolve("absent"), "does not exist");
    assertRefused(folder, "has no image below it");
    Files.createDirectories(folder.resolve("class-a"));
    assertRefused(folder, "1 class folders but no image");
    Path file = Files.writeString(folder.resolve("notes.txt"), "hello, I am not a data set");
    assertRefused(file, "an IDX file of unsigned bytes in 3 dimensions starts with 00000803");
  }

  private static void assertRefused(Path path, String rule) {
    assertThatThrownBy(() -> TestImages.open(path, DataFormat.AUTO))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(path.toString())
        .hasMessageContaining(rule)
        .message()
        .doesNotContain("\n");
  }
}
