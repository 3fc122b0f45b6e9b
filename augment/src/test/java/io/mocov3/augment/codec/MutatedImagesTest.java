package io.mocov3.augment.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.source.TestImages;
import io.mocov3.augment.view.TwoViews;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;

/** Broken files of every kind: no crash, nothing outside a slot, no memory lost. */
class MutatedImagesTest {
  private static final int IMAGES = 20_000;
  private static final int SIZE = 24;
  private static final long PIXEL_LIMIT = 50_000;
  private static final byte GUARD = (byte) 0xA5;

  @Test
  void mutatedFilesNeitherCrashNorWriteElsewhereNorLeak() {
    Random random = new Random(1);
    List<byte[]> originals = originals();
    BatchBuffer buffer = BatchBuffer.allocate(2, 3, SIZE, SIZE);
    TwoViews views = TwoViews.paper(SIZE);
    int decoded = 0;
    long settled = 0;
    for (int i = 0; i < IMAGES; i++) {
      byte[] file = mutated(originals.get(i % originals.size()), random);
      Arrays.setAll(buffer.sampleIndices(), slot -> -1);
      guard(buffer);
      Outcome outcome = views.fill(new One(file), 0, i, 0, buffer, 1);
      if (outcome instanceof Outcome.Filled) {
        decoded++;
      }
      assertGuarded(buffer);
      if (i == IMAGES / 4) {
        settled = residentMegabytes();
      }
    }

    assertThat(decoded).isBetween(IMAGES / 20, IMAGES * 19 / 20);
    assertThat(residentMegabytes()).isLessThan(settled + 96);
  }

  private static void guard(BatchBuffer buffer) {
    for (int view = 0; view < 2; view++) {
      for (int slot : new int[] {0, 2}) {
        var bytes = buffer.slot(view, slot);
        bytes.put(0, GUARD).put(bytes.capacity() - 1, GUARD);
      }
    }
  }

  private static void assertGuarded(BatchBuffer buffer) {
    for (int view = 0; view < 2; view++) {
      for (int slot : new int[] {0, 2}) {
        var bytes = buffer.slot(view, slot);
        assertThat(bytes.get(0)).isEqualTo(GUARD);
        assertThat(bytes.get(bytes.capacity() - 1)).isEqualTo(GUARD);
      }
    }
  }

  /** Cut, overwritten, inserted into, glued together, with a header that promises other sizes. */
  private static byte[] mutated(byte[] original, Random random) {
    byte[] file = original.clone();
    int kind = random.nextInt(6);
    switch (kind) {
      case 0 -> file = Arrays.copyOf(file, random.nextInt(file.length));
      case 1 -> {
        for (int n = 1 + random.nextInt(20); n > 0; n--) {
          file[random.nextInt(file.length)] = (byte) random.nextInt(256);
        }
      }
      case 2 -> file[random.nextInt(Math.min(64, file.length))] ^= (byte) (1 << random.nextInt(8));
      case 3 -> {
        int at = random.nextInt(file.length);
        int length = Math.min(file.length - at, 1 + random.nextInt(200));
        Arrays.fill(file, at, at + length, (byte) (random.nextBoolean() ? 0 : 0xFF));
      }
      case 4 -> {
        int at = random.nextInt(file.length);
        byte[] longer = Arrays.copyOf(file, file.length + 50);
        System.arraycopy(file, at, longer, at + 50, file.length - at);
        file = longer;
      }
      default -> {
        for (int i = 0; i < 4; i++) {
          file[Math.min(file.length - 1, 140 + random.nextInt(60))] = (byte) random.nextInt(256);
        }
      }
    }
    return file;
  }

  private static List<byte[]> originals() {
    OpenCv.ready();
    List<byte[]> files = new ArrayList<>();
    int seed = 0;
    for (String extension : List.of(".jpg", ".png", ".webp", ".bmp")) {
      for (int[] size : new int[][] {{33, 20}, {64, 48}, {7, 90}}) {
        Image image = TestImages.random(size[0], size[1], seed++);
        try (BytePointer pixels = new BytePointer(image.pixels());
            Mat mat = new Mat(size[1], size[0], opencv_core.CV_8UC3, pixels);
            BytePointer out = new BytePointer()) {
          opencv_imgcodecs.imencode(extension, mat, out);
          byte[] bytes = new byte[(int) out.limit()];
          out.get(bytes);
          files.add(bytes);
        }
      }
    }
    return files;
  }

  private static long residentMegabytes() {
    System.gc();
    return Pointer.physicalBytes() >> 20;
  }

  private static final class One implements ImageSource {
    private final byte[] file;

    One(byte[] file) {
      this.file = file;
    }

    @Override
    public int size() {
      return 2;
    }

    @Override
    public List<String> classNames() {
      return List.of("any");
    }

    @Override
    public int label(int index) {
      return 0;
    }

    @Override
    public String id(int index) {
      return "mutated";
    }

    @Override
    public Decoded decode(int index, Canvas canvas) {
      return index == 0
          ? ImageCodec.decode(file, "mutated", PIXEL_LIMIT, canvas)
          : canvas.paint("replacement", 2, 2, new byte[12]);
    }

    @Override
    public void close() {}
  }
}
