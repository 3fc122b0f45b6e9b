package io.mocov3.augment.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.sheet.NeighbourSheet;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.augment.source.ImageFiles;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.source.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShapesTest {
  private static final ShapesConfig CONFIG = new ShapesConfig(40, 20, 32, 1);

  @TempDir Path folder;

  @Test
  void theImagesAreAnOrdinaryImageFolder() {
    Path shapes = folder.resolve("shapes");
    Shapes.ensure(shapes, CONFIG);

    try (ImageSource train = TestImages.open(shapes.resolve("train"), DataFormat.AUTO);
        ImageSource test = TestImages.open(shapes.resolve("test"), DataFormat.AUTO)) {
      assertThat(train.size()).isEqualTo(40);
      assertThat(test.size()).isEqualTo(20);
      assertThat(train.classNames()).hasSize(10).isSorted().isEqualTo(test.classNames());
      assertThat(train.decode(17))
          .isInstanceOfSatisfying(
              Decoded.Image.class, image -> assertThat(image.width()).isEqualTo(32));
    }
  }

  @Test
  void theSameSeedGivesTheSameBytes() throws IOException {
    Shapes.ensure(folder.resolve("one"), CONFIG);
    Shapes.ensure(folder.resolve("two"), CONFIG);
    Shapes.ensure(folder.resolve("three"), new ShapesConfig(40, 20, 32, 2));

    byte[] one = Files.readAllBytes(folder.resolve("one/train/star/00008.jpg"));
    assertThat(one).isEqualTo(Files.readAllBytes(folder.resolve("two/train/star/00008.jpg")));
    assertThat(one).isNotEqualTo(Files.readAllBytes(folder.resolve("three/train/star/00008.jpg")));
  }

  @Test
  void whatIsCompleteIsNotWrittenAgain() throws IOException {
    Path shapes = folder.resolve("shapes");
    Shapes.ensure(shapes, CONFIG);
    Path image = shapes.resolve("train/disc/00003.jpg");
    Files.writeString(image, "touched");

    Shapes.ensure(shapes, CONFIG);

    assertThat(image).hasContent("touched");
  }

  @Test
  void anInterruptedGenerationIsDoneAgain() throws IOException {
    Path partial = Files.createDirectories(folder.resolve(".shapes.partial/train/disc"));
    Files.writeString(partial.resolve("00003.jpg"), "half");

    Shapes.ensure(folder.resolve("shapes"), CONFIG);

    assertThat(folder.toFile().list()).containsExactly("shapes");
  }

  @Test
  void aFolderOfSomethingElseIsLeftAlone() throws IOException {
    Files.writeString(folder.resolve("thesis.txt"), "precious");

    assertThatThrownBy(() -> Shapes.ensure(folder, CONFIG))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("not a set of shapes");
    assertThat(folder.resolve("thesis.txt")).hasContent("precious");
  }

  @Test
  void aSheetOfNeighboursIsAPicture() {
    Decoded.Image image = TestImages.random(32, 32, 1);
    NeighbourSheet.Tile tile =
        new NeighbourSheet.Tile(image, "a very long class name", NeighbourSheet.Verdict.RIGHT);
    Path file = folder.resolve("sheets/neighbours.png");

    NeighbourSheet.write(file, "Neighbours", List.of(new NeighbourSheet.Row(tile, List.of(tile))));

    assertThat(ImageFiles.read(file).width()).isGreaterThan(200);
  }
}
