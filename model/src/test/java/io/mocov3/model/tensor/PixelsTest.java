package io.mocov3.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.model.step.Tiny;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PixelsTest {
  private static final int N = 2;
  private static final int H = 3;
  private static final int W = 4;
  private static final int VIEW = N * H * W * 3;
  private static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> STD = List.of(0.229, 0.224, 0.225);

  private final PointerScope scope = new PointerScope();
  private final Pixels pixels = new Pixels(Tiny.DOUBLE, MEAN, STD);
  private final byte[] bytes = new byte[2 * VIEW];
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);

  PixelsTest() {
    new Random(1).nextBytes(bytes);
    buffer.put(bytes).flip();
  }

  @AfterEach
  void close() {
    pixels.close();
    scope.close();
  }

  @Test
  void imagesAreNormalisedPerChannel() {
    Tensor images = pixels.images(buffer, N, H, W);

    assertThat(images.shape()).containsExactly(N, 3, H, W);
    assertThat(Tiny.numbers(images)).containsExactly(byHand(0), within(1e-12));
  }

  @Test
  void theTwoViewsLieBehindEachOther() {
    try (ViewPair views = pixels.views(buffer, N, H, W)) {

      assertThat(views.first().shape()).containsExactly(N, 3, H, W);
      assertThat(Tiny.numbers(views.first())).containsExactly(byHand(0), within(1e-12));
      assertThat(Tiny.numbers(views.second())).containsExactly(byHand(VIEW), within(1e-12));
    }
  }

  @Test
  void theBytesMayBeUsedAgain() {
    try (ViewPair views = pixels.views(buffer, N, H, W)) {
      Tensor images = pixels.images(buffer, N, H, W);

      for (int i = 0; i < buffer.capacity(); i++) {
        buffer.put(i, (byte) 7);
      }

      assertThat(Tiny.numbers(images)).containsExactly(byHand(0), within(1e-12));
      assertThat(Tiny.numbers(views.first())).containsExactly(byHand(0), within(1e-12));
      assertThat(Tiny.numbers(views.second())).containsExactly(byHand(VIEW), within(1e-12));
    }
  }

  @Test
  void theExtremesAreBlackAndWhite() {
    buffer.put(0, (byte) 0).put(1, (byte) 255);

    double[] numbers = Tiny.numbers(pixels.images(buffer, N, H, W));

    assertThat(numbers[0]).isCloseTo(-0.485 / 0.229, within(1e-12));
    assertThat(numbers[H * W]).isCloseTo((1 - 0.456) / 0.224, within(1e-12));
  }

  /** The view that starts at {@code from}, as (N, 3, H, W). */
  private double[] byHand(int from) {
    double[] planar = new double[VIEW];
    for (int n = 0; n < N; n++) {
      for (int p = 0; p < H * W; p++) {
        for (int c = 0; c < 3; c++) {
          int value = Byte.toUnsignedInt(bytes[from + (n * H * W + p) * 3 + c]);
          planar[(n * 3 + c) * H * W + p] = (value / 255.0 - MEAN.get(c)) / STD.get(c);
        }
      }
    }
    return planar;
  }
}
