package io.mocov3.augment.source;

import io.mocov3.augment.batch.CounterRandom;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.codec.ImageCodec;
import io.mocov3.augment.dataset.ImageSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Images made for a test. */
public final class TestImages {
  private TestImages() {}

  /** An image of smooth random colour. */
  public static Image random(int width, int height, long seed) {
    CounterRandom random = CounterRandom.of(seed, 0, 0, 0);
    byte[] pixels = new byte[3 * width * height];
    int value = 128;
    for (int i = 0; i < pixels.length; i++) {
      value = Math.clamp(value + random.nextInt(31) - 15, 0, 255);
      pixels[i] = (byte) value;
    }
    return new Image("random-" + seed, width, height, pixels);
  }

  public static byte[] jpeg(int width, int height, long seed) {
    byte[] grey = new byte[width * height];
    byte[] rgb = random(width, height, seed).pixels();
    System.arraycopy(rgb, 0, grey, 0, grey.length);
    return ImageFiles.greyJpeg(grey, width, height, 90);
  }

  /** Writes image files class-a/0.jpg, class-a/1.jpg, .. class-b/0.jpg, .. */
  public static Path folder(Path root, int perClass) throws IOException {
    for (String name : List.of("class-b", "class-a")) {
      Files.createDirectories(root.resolve(name));
      for (int i = 0; i < perClass; i++) {
        Files.write(root.resolve(name).resolve(i + ".jpg"), jpeg(40, 32, i));
      }
    }
    return root;
  }

  /** Opens without remembering anything outside the data set's folder. */
  public static ImageSource open(Path path, DataFormat format) {
    Path cache = path.toAbsolutePath().resolveSibling(".cache-of-tests");
    return ImageSources.open(path.toString(), format, options(cache));
  }

  static SourceOptions options(Path cache) {
    return new SourceOptions(ImageCodec.DEFAULT_PIXEL_LIMIT, cache, 1L << 30, 50, 1, 1000);
  }
}
