package io.mocov3.augment.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.batch.CounterRandom;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.source.ImageFolder;
import io.mocov3.augment.source.TestImages;
import io.mocov3.augment.view.TwoViews;
import io.mocov3.augment.view.ViewParameters;
import io.mocov3.augment.view.ViewRecipe;
import io.mocov3.augment.view.ViewRenderer;
import io.mocov3.augment.view.ViewSampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShorterJpegTest {
  private static final long LIMIT = 1_000_000;

  @TempDir Path dir;

  @Test
  void theRowsThatAreDecodedAreThoseOfTheWholeImage() throws IOException {
    for (int[] options :
        new int[][] {
          {},
          {opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111},
          {opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR, 0x121111},
          {opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR, 0x411111}
        }) {
      Path file = jpeg(200, 333, options);
      byte[] whole = ((Image) read(file, NeededRows.ALL)).pixels();
      for (int rows : IntStream.range(1, 250).toArray()) {
        Image image = (Image) read(file, (width, height) -> rows);

        assertThat(image.height()).isEqualTo(333);
        assertThat(image.rows()).isBetween(rows, rows + 8);
        byte[] top = Canvas.ofThread().copy(3 * 200 * rows);
        assertThat(top).isEqualTo(Arrays.copyOf(whole, top.length));
      }
    }
  }

  @Test
  void whatIsMissingCannotBeAskedFor() throws IOException {
    Image image = (Image) read(jpeg(64, 300), (width, height) -> 10);

    assertThat(image.rows()).isLessThan(300);
    assertThatThrownBy(image::pixels).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(image::onHeap).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void filesOfOtherKindsAreDecodedAsAWhole() throws IOException {
    List<Path> others =
        List.of(
            jpeg(64, 300, opencv_imgcodecs.IMWRITE_JPEG_PROGRESSIVE, 1),
            jpeg(64, 300, opencv_imgcodecs.IMWRITE_JPEG_RST_INTERVAL, 4));
    for (Path file : others) {
      Image image = (Image) read(file, (width, height) -> 10);

      assertThat(image.rows()).isEqualTo(300);
      assertThat(image.pixels()).isEqualTo(((Image) read(file, NeededRows.ALL)).pixels());
    }
  }

  @Test
  void aTruncatedFileIsFoundWhateverIsNeeded() throws IOException {
    Path file = jpeg(64, 300);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));

    boolean whole = read(file, NeededRows.ALL) instanceof Image;

    assertThat(read(file, (width, height) -> 10) instanceof Image).isEqualTo(whole);
  }

  @Test
  void aFlatImageWhoseLastBlocksTakeNextToNoBytesIsDecoded() throws IOException {
    byte[] flat = new byte[3 * 16 * 64];
    Path file = jpeg(new Image("flat", 16, 64, flat));
    byte[] whole = ((Image) read(file, NeededRows.ALL)).pixels();

    for (int rows : IntStream.rangeClosed(1, 64).toArray()) {
      assertThat(read(file, (width, height) -> rows)).isInstanceOf(Image.class);
      assertThat(Canvas.ofThread().copy(48 * rows)).isEqualTo(Arrays.copyOf(whole, 48 * rows));
    }
  }

  @Test
  void aReplacementIsDecodedAsFarAsItsOwnViewsNeed() throws IOException {
    Files.createDirectories(dir.resolve("in/a"));
    for (int i = 0; i < 6; i++) {
      Files.move(jpeg(150, 200 + 60 * i), dir.resolve("in/a/" + i + ".jpg"));
    }
    Files.write(dir.resolve("in/a/0.jpg"), new byte[0]);
    BatchBuffer buffer = BatchBuffer.allocate(2, 1, 48, 48);
    try (ImageFolder source = ImageFolder.open(dir.resolve("in"), LIMIT)) {
      for (int epoch = 0; epoch < 200; epoch++) {
        assertThat(TwoViews.paper(48).fill(source, 0, 3, epoch, buffer, 0))
            .isInstanceOf(Outcome.Replaced.class);
      }
    }
  }

  @Test
  void viewsAreTheSameAsOfTheWholeImage() throws IOException {
    Files.createDirectories(dir.resolve("in/a"));
    for (int i = 0; i < 8; i++) {
      Files.move(jpeg(150 + 20 * i, 260), dir.resolve("in/a/" + i + ".jpg"));
    }
    TwoViews views = TwoViews.paper(48);
    try (ImageFolder source = ImageFolder.open(dir.resolve("in"), LIMIT)) {
      for (int i = 0; i < 64; i++) {
        int index = i % 8;
        BatchBuffer quick = BatchBuffer.allocate(2, 1, 48, 48);
        views.fill(source, index, 3, i, quick, 0);
        Image image = (Image) source.decode(index);
        for (int view = 0; view < 2; view++) {
          ViewRecipe recipe = view == 0 ? views.first() : views.second();
          CounterRandom random = CounterRandom.of(3, i, index, view);
          ViewParameters drawn = ViewSampler.draw(recipe, image.width(), image.height(), random);
          BatchBuffer whole = BatchBuffer.allocate(1, 1, 48, 48);
          ViewRenderer.render(image, drawn, whole.slot(0, 0));
          assertThat(quick.slot(view, 0)).isEqualTo(whole.slot(0, 0));
        }
      }
    }
  }

  private Decoded read(Path file, NeededRows needed) throws IOException {
    return ImageCodec.read(file, "file", LIMIT, Optional.empty(), Canvas.ofThread(), needed);
  }

  private Path jpeg(int width, int height, int... options) throws IOException {
    return jpeg(TestImages.random(width, height, width), options);
  }

  private Path jpeg(Image image, int... options) throws IOException {
    OpenCv.ready();
    try (Stream<Path> files = Files.list(dir)) {
      Path file = dir.resolve(files.count() + ".jpg");
      try (BytePointer pixels = new BytePointer(image.pixels());
          Mat mat = new Mat(image.height(), image.width(), opencv_core.CV_8UC3, pixels);
          IntPointer parameters = new IntPointer(options);
          BytePointer out = new BytePointer()) {
        if (options.length == 0) {
          opencv_imgcodecs.imencode(".jpg", mat, out);
        } else {
          opencv_imgcodecs.imencode(".jpg", mat, out, parameters);
        }
        byte[] bytes = new byte[(int) out.limit()];
        out.get(bytes);
        return Files.write(file, bytes);
      }
    }
  }
}
