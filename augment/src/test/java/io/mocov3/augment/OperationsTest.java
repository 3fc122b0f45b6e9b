package io.mocov3.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mocov3.augment.Decoded.Image;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class OperationsTest {
  private final Scratch scratch = Scratch.ofThread();

  @Test
  void brightnessDropsTheFractionAndClips() {
    byte[] rgb = {10, 101, (byte) 200};

    Brightness.apply(rgb, 3, 1.5, scratch.table);

    assertThat(rgb).containsExactly(15, 151, 255);
  }

  @Test
  void solarizeInvertsFromTheThresholdOn() {
    byte[] rgb = {0, 127, (byte) 128, (byte) 255, 1, 2};

    Solarize.apply(rgb, 6, 128);

    assertThat(rgb).containsExactly(0, 127, 127, 0, 1, 2);
  }

  @Test
  void flipReversesTheColumns() {
    byte[] rgb = {1, 2, 3, 4, 5, 6, 7, 8, 9};

    HorizontalFlip.apply(rgb, 1, 3);

    assertThat(rgb).containsExactly(7, 8, 9, 4, 5, 6, 1, 2, 3);
  }

  @Test
  void theBlurOfAnImpulseHasTheVarianceAsked() {
    for (double sigma : new double[] {0.8, 1.0, 1.5, 2.0}) {
      int side = 21;
      byte[] rgb = new byte[3 * side * side];
      for (int y = 0; y < side; y++) {
        rgb[3 * (y * side + 10)] = (byte) 255;
      }

      GaussianBlur.apply(rgb, side, side, sigma, scratch);

      double sum = 0;
      double square = 0;
      for (int x = 0; x < side; x++) {
        int value = rgb[3 * (10 * side + x)] & 0xFF;
        sum += value;
        square += (x - 10.0) * (x - 10.0) * value;
      }
      assertThat(square / sum).isCloseTo(sigma * sigma, within(0.15 * sigma));
    }
  }

  @Test
  void aBlurWiderThanTheImageKeepsAFlatImageFlat() {
    byte[] rgb = new byte[3 * 4];
    Arrays.fill(rgb, (byte) 77);

    GaussianBlur.apply(rgb, 2, 2, 5, scratch);

    assertThat(rgb).containsOnly(77);
  }

  @Test
  void anImageOfTheSizeAskedIsOnlyCopied() {
    Image image = TestImages.random(32, 32, 4);
    ByteBuffer slot = ByteBuffer.allocate(3 * 32 * 32);

    ViewRenderer.render(image, new EvalTransform(32, 32), slot);

    assertThat(slot.array()).isEqualTo(image.pixels());
  }

  @Test
  void theCentreCropRoundsHalvesToEven() {
    Image image = TestImages.random(7, 4, 4);
    ByteBuffer slot = ByteBuffer.allocate(3 * 4 * 4);

    ViewRenderer.render(image, new EvalTransform(4, 4), slot);

    assertThat(slot.get(0)).isEqualTo(image.pixels()[3 * 2]);
  }

  @Test
  void aCropOutsideTheImageIsRefused() {
    Image image = TestImages.random(8, 8, 4);

    assertThatThrownBy(
            () -> ResizedCrop.apply(image, new Crop(1, 0, 8, 8), 4, 4, new byte[48], scratch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not inside");
  }

  @Test
  void aRecipeOutOfRangeIsRefusedByName() {
    assertThatThrownBy(() -> ViewRecipe.paperView1(32).withFlip(1.5))
        .hasMessage("flip-probability is 1.5; it must be a probability in 0..1");
    assertThatThrownBy(() -> ViewRecipe.paperView1(32).withCrop(0.5, 0.2, 0.75, 1.33))
        .hasMessageStartingWith("crop-scale maximum is 0.2");
    assertThatThrownBy(() -> ViewRecipe.paperView1(0)).hasMessageStartingWith("size is 0");
  }
}
