package io.mocov3.augment.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against Pillow: {@code src/test/python/make_policy_images.py}. */
class PolicyOperationTest {
  private static final Path IMAGES = Path.of("src/test/resources/policy");
  private static final int SIDE = 24;
  private static final int[] FILL = {124, 116, 104};

  static List<Path> images() throws IOException {
    try (Stream<Path> all = Files.list(IMAGES)) {
      return all.filter(path -> path.toString().contains("@")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("images")
  void anOperationIsPillows(Path expected) {
    String[] parts = expected.getFileName().toString().replaceAll("\\.png$", "").split("@", 2);
    Raster image = read(IMAGES.resolve("input.png"));

    PolicyOperation.valueOf(parts[0]).apply(image, Double.parseDouble(parts[1]), FILL);

    assertThat(bytes(image)).isEqualTo(bytes(expected));
  }

  @Test
  void everyOperationIsCompared() throws IOException {
    assertThat(images())
        .extracting(path -> path.getFileName().toString().replaceAll("@.*", ""))
        .containsOnly(Stream.of(PolicyOperation.values()).map(Enum::name).toArray(String[]::new));
  }

  @Test
  void levelsAreThoseOfDeit() {
    assertThat(PolicyOperation.ROTATE.level(0.9, -1)).isEqualTo(-27);
    assertThat(PolicyOperation.POSTERIZE.level(0.9, 1)).isEqualTo(1);
    assertThat(PolicyOperation.SOLARIZE.level(0.9, 1)).isEqualTo(26);
    assertThat(PolicyOperation.SOLARIZE_ADD.level(0.9, 1)).isEqualTo(99);
    assertThat(PolicyOperation.COLOR.level(0.9, -1)).isBetween(0.189, 0.191);
    assertThat(PolicyOperation.SHARPNESS.level(1, -1)).isEqualTo(0.1);
    assertThat(PolicyOperation.SHEAR_X.level(0.9, 1)).isBetween(0.269, 0.271);
    assertThat(PolicyOperation.TRANSLATE_Y.level(0.9, 1)).isBetween(0.404, 0.406);
  }

  private static Raster read(Path path) {
    ByteBuffer pixels = ByteBuffer.wrap(bytes(path));
    return Raster.ofThread().read(pixels, SIDE);
  }

  private static byte[] bytes(Raster image) {
    ByteBuffer pixels = ByteBuffer.allocate(3 * SIDE * SIDE);
    image.write(pixels);
    return pixels.array();
  }

  private static byte[] bytes(Path path) {
    try {
      BufferedImage image = ImageIO.read(path.toFile());
      byte[] bytes = new byte[3 * SIDE * SIDE];
      for (int i = 0; i < SIDE * SIDE; i++) {
        int rgb = image.getRGB(i % SIDE, i / SIDE);
        bytes[3 * i] = (byte) (rgb >> 16);
        bytes[3 * i + 1] = (byte) (rgb >> 8);
        bytes[3 * i + 2] = (byte) rgb;
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
