package io.mocov3.augment.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.codec.Decoded.Undecodable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VanishedStorageTest {
  @TempDir Path dir;

  @Test
  void aMountThatGoesAwayIsNoBadImageAndComesBack() throws Exception {
    Path root = Files.createDirectories(dir.resolve("mounted"));
    Path images = TestImages.folder(Files.createDirectories(dir.resolve("images")), 3);
    assumeTrue(run("mount", "--bind", images.toString(), root.toString()), "mount needs root");
    try (ImageSource source = TestImages.open(root, DataFormat.IMAGE_FOLDER)) {
      source.requireAvailable();

      assertThat(run("umount", root.toString())).isTrue();

      assertGone(source, 4, root + " is empty now");
      assertThat(run("mount", "--bind", images.toString(), root.toString())).isTrue();
      assertThere(source, 4);
    } finally {
      run("umount", root.toString());
    }
  }

  @Test
  void aFolderThatIsGoneIsNoBadImageAndComesBack() throws IOException {
    Path root = TestImages.folder(dir.resolve("images"), 3);
    try (ImageSource source = TestImages.open(root, DataFormat.IMAGE_FOLDER)) {
      Files.move(root, dir.resolve("away"));

      assertGone(source, 1, root + " cannot be listed any more (it does not exist)");

      Files.move(dir.resolve("away"), root);
      assertThere(source, 1);
    }
  }

  @Test
  void aDeletedFileIsABadImageAndTheOthersStayAvailable() throws IOException {
    Path root = TestImages.folder(dir.resolve("images"), 3);
    try (ImageSource source = TestImages.open(root, DataFormat.IMAGE_FOLDER)) {
      Files.delete(root.resolve("class-a/1.jpg"));

      assertThat(source.decode(1)).isInstanceOf(Undecodable.class);
      assertThere(source, 2);
    }
  }

  @Test
  void aDeletedFolderOfOneImageIsABadImage() throws IOException {
    Path root = TestImages.folder(dir.resolve("images"), 1);
    try (ImageSource source = TestImages.open(root, DataFormat.IMAGE_FOLDER)) {
      Files.delete(root.resolve("class-a/0.jpg"));
      assertThat(source.decode(0)).isInstanceOf(Undecodable.class);
      Files.delete(root.resolve("class-a"));

      assertThat(source.decode(0)).isInstanceOf(Undecodable.class);
    }
  }

  @Test
  void aClassOnAMountOfItsOwnIsNoBadImageWhenThatGoes() throws IOException {
    Path root = TestImages.folder(dir.resolve("images"), 3);
    Files.move(root.resolve("class-b"), dir.resolve("elsewhere"));
    Files.createSymbolicLink(root.resolve("class-b"), dir.resolve("elsewhere"));
    try (ImageSource source = TestImages.open(root, DataFormat.IMAGE_FOLDER)) {
      Files.move(dir.resolve("elsewhere"), dir.resolve("away"));

      assertThere(source, 0);
      assertGone(source, 4, root.resolve("class-b/1.jpg") + " cannot be read (it does not exist)");

      Files.move(dir.resolve("away"), dir.resolve("elsewhere"));
      assertThere(source, 4);
    }
  }

  @Test
  void theImagesOfAListMayVanishWhileTheListStays() throws IOException {
    Path images = TestImages.folder(dir.resolve("images"), 2);
    Path table =
        Files.writeString(
            Files.createDirectories(dir.resolve("lists")).resolve("all.csv"),
            "path,label\n%1$s/class-a/0.jpg,a\n%1$s/class-b/1.jpg,b\n".formatted(images));
    try (ImageSource list = TestImages.open(table, DataFormat.LIST);
        ImageSource mixture = new MixedImages(List.of(list), List.of(1.0))) {
      Files.delete(images.resolve("class-b/1.jpg"));
      assertThat(mixture.decode(1)).isInstanceOf(Undecodable.class);
      Files.move(images, dir.resolve("away"));

      assertGone(mixture, 0, images + " cannot be listed any more");

      Files.move(dir.resolve("away"), images);
      assertThere(mixture, 0);
    }
  }

  @Test
  void imagesThatWereReadWhenTheSetWasOpenedNeedNoStorage() throws IOException {
    byte[] record = new byte[1 + 3 * 32 * 32];
    Path file = Files.write(dir.resolve("test_batch.bin"), record);
    try (ImageSource source = TestImages.open(file, DataFormat.CIFAR_BINARY)) {
      Files.delete(file);

      assertThere(source, 0);
    }
  }

  @Test
  void whatCannotBeReadIsBadWhenOthersCanAndGoneWhenTheyCannot() throws IOException {
    Path root = TestImages.folder(dir.resolve("images"), 4);
    try (ImageSource source = TestImages.open(root, DataFormat.IMAGE_FOLDER)) {
      // reading a folder is an I/O error and not a missing file
      makeUnreadable(root.resolve(source.id(0)));
      assertThat(source.decode(0)).isInstanceOf(Undecodable.class);
      for (int i = 1; i < source.size(); i++) {
        makeUnreadable(root.resolve(source.id(i)));
      }

      assertGone(source, 0, root.resolve("class-a/0.jpg") + " cannot be read (Is a directory)");
    }
  }

  private static void makeUnreadable(Path file) throws IOException {
    Files.delete(file);
    Files.createDirectory(file);
  }

  private static void assertGone(ImageSource source, int index, String message) {
    assertThatThrownBy(() -> source.decode(index))
        .isInstanceOf(SourceUnavailableException.class)
        .hasMessageStartingWith(message)
        .message()
        .hasLineCount(1);
    assertThatThrownBy(source::requireAvailable).isInstanceOf(SourceUnavailableException.class);
  }

  private static void assertThere(ImageSource source, int index) {
    source.requireAvailable();
    assertThat(source.decode(index)).isInstanceOf(Image.class);
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException absent) {
      return false;
    }
  }
}
