package io.mocov3.augment.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.exactness.FixtureOperations;
import io.mocov3.augment.source.TestImages;
import io.mocov3.augment.view.EvalTransform;
import io.mocov3.augment.view.ViewParameters;
import io.mocov3.augment.view.ViewRecipe;
import io.mocov3.augment.view.ViewRenderer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class OperationsTest {

  @Test
  void brightnessDropsTheFractionAndClips() {
    assertThat(apply("brightness", "{'factor': 1.5}", 1, 1, 10, 101, 200))
        .containsExactly(15, 151, 255);
  }

  @Test
  void aFactorOfOneChangesNothing() {
    Image image = TestImages.random(40, 30, 3);

    for (String op : List.of("brightness", "contrast", "saturation")) {
      assertThat(apply(op, "{'factor': 1.0}", image).pixels()).isEqualTo(image.pixels());
    }
  }

  @Test
  void solarizeInvertsFromTheThresholdOn() {
    assertThat(apply("solarize", "{'threshold': 128}", 2, 1, 0, 127, 128, 255, 1, 2))
        .containsExactly(0, 127, 127, 0, 1, 2);
  }

  @Test
  void flipReversesTheColumns() {
    assertThat(apply("horizontal_flip", "{}", 3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9))
        .containsExactly(7, 8, 9, 4, 5, 6, 1, 2, 3);
  }

  @Test
  void theHueOfPureColoursTurnsByAThird() {
    assertThat(apply("hue", "{'factor': 0.3334}", 3, 1, 255, 0, 0, 0, 255, 0, 0, 0, 255))
        .containsExactly(0, 255, 0, 0, 0, 255, 255, 0, 0);
  }

  @Test
  void theBlurOfAnImpulseHasTheVarianceAsked() {
    for (double sigma : new double[] {0.8, 1.0, 1.5, 2.0, 3.5}) {
      int side = 41;
      byte[] rgb = new byte[3 * side * side];
      for (int y = 0; y < side; y++) {
        rgb[3 * (y * side + 20)] = (byte) 255;
      }

      byte[] blurred =
          apply("gaussian_blur", "{'sigma': " + sigma + "}", new Image("line", side, side, rgb))
              .pixels();

      double sum = 0;
      double square = 0;
      for (int x = 0; x < side; x++) {
        int value = blurred[3 * (20 * side + x)] & 0xFF;
        sum += value;
        square += (x - 20.0) * (x - 20.0) * value;
      }
      assertThat(square / sum).isCloseTo(sigma * sigma, within(0.15 * sigma));
    }
  }

  @Test
  void aBlurWiderThanTheImageKeepsAFlatImageFlat() {
    byte[] rgb = new byte[3 * 4];
    Arrays.fill(rgb, (byte) 77);

    assertThat(apply("gaussian_blur", "{'sigma': 5}", new Image("flat", 2, 2, rgb)).pixels())
        .containsOnly(77);
  }

  @Test
  void anImageOfTheSizeAskedIsOnlyCopied() {
    Image image = TestImages.random(32, 32, 4);
    ByteBuffer slot = ByteBuffer.allocateDirect(3 * 32 * 32);

    ViewRenderer.render(image, new EvalTransform(32, 32), slot);

    assertThat(bytes(slot)).isEqualTo(image.pixels());
  }

  @Test
  void theCentreCropRoundsHalvesToEven() {
    Image image = TestImages.random(7, 4, 4);
    ByteBuffer slot = ByteBuffer.allocateDirect(3 * 4 * 4);

    ViewRenderer.render(image, new EvalTransform(4, 4), slot);

    assertThat(slot.get(0)).isEqualTo(image.pixels()[3 * 2]);
  }

  @Test
  void aStrongReductionKeepsTheMean() {
    Image image = TestImages.random(3000, 2000, 5);
    ByteBuffer slot = ByteBuffer.allocateDirect(3 * 16 * 16);

    ViewRenderer.render(image, view(new Crop(0, 0, 2000, 3000), 16), slot);

    double mean = 0;
    for (byte value : bytes(slot)) {
      mean += (value & 0xFF) / (3.0 * 16 * 16);
    }
    assertThat(mean).isCloseTo(127.5, within(1.0));
  }

  @Test
  void aLargeImageIsReadInBandsWithoutAJoint() {
    int width = 2000;
    int height = 1600;
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      Arrays.fill(rgb, 3 * width * y, 3 * width * (y + 1), (byte) (255 * y / (height - 1)));
    }
    ByteBuffer slot = ByteBuffer.allocateDirect(3 * 160 * 160);

    ViewRenderer.render(
        new Image("ramp", width, height, rgb), view(new Crop(0, 0, height, width), 160), slot);

    byte[] out = bytes(slot);
    for (int y = 1; y < 159; y++) {
      double expected = 255 * (10 * y + 4.5) / (height - 1);
      assertThat((double) (out[3 * 160 * y + 77] & 0xFF)).isCloseTo(expected, within(1.5));
    }
  }

  @Test
  void aCropOutsideTheImageIsRefused() {
    Image image = TestImages.random(8, 8, 4);
    ByteBuffer slot = ByteBuffer.allocateDirect(48);

    assertThatThrownBy(() -> ViewRenderer.render(image, view(new Crop(1, 0, 8, 8), 4), slot))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not inside");
  }

  @Test
  void aSlotThatIsTooSmallIsRefused() {
    Image image = TestImages.random(8, 8, 4);
    ByteBuffer slot = ByteBuffer.allocateDirect(47);

    assertThatThrownBy(() -> ViewRenderer.render(image, view(new Crop(0, 0, 8, 8), 4), slot))
        .hasMessage("a slot of 47 bytes cannot hold 4 x 4 pixels");
  }

  @Test
  void aRecipeOutOfRangeIsRefusedByName() {
    ViewRecipe paper = ViewRecipe.paperView1(32);
    assertThatThrownBy(
            () -> new ViewRecipe(paper.crop(), paper.jitter(), 0.2, paper.blur(), 0, 1.5))
        .hasMessage("flip-probability is 1.5; it must be a probability in 0..1");
    assertThatThrownBy(() -> new ViewRecipe.Crop(32, 0.5, 0.2, 0.75, 1.33))
        .hasMessageStartingWith("crop-scale maximum is 0.2");
    assertThatThrownBy(() -> ViewRecipe.paperView1(0)).hasMessageStartingWith("size is 0");
  }

  private static ViewParameters view(Crop crop, int size) {
    return new ViewParameters(
        size, crop, Optional.empty(), false, OptionalDouble.empty(), false, false);
  }

  private static int[] apply(String op, String params, int width, int height, int... values) {
    byte[] rgb = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      rgb[i] = (byte) values[i];
    }
    byte[] out = apply(op, params, new Image(op, width, height, rgb)).pixels();
    int[] unsigned = new int[out.length];
    for (int i = 0; i < out.length; i++) {
      unsigned[i] = out[i] & 0xFF;
    }
    return unsigned;
  }

  private static Image apply(String op, String params, Image image) {
    try {
      return FixtureOperations.apply(
              op, image, new ObjectMapper().readTree(params.replace('\'', '"')))
          .orElseThrow();
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(ByteBuffer slot) {
    byte[] bytes = new byte[slot.capacity()];
    slot.get(0, bytes);
    return bytes;
  }
}
