package io.mocov3.augment.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.augment.source.TestImages;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class ImageCodecTest {
  private static final long LIMIT = ImageCodec.DEFAULT_PIXEL_LIMIT;

  @Test
  void badBytesHaveAReason() {
    byte[] jpeg = TestImages.jpeg(64, 48, 1);

    assertThat(reason(new byte[0], LIMIT)).isEqualTo(Reason.EMPTY);
    assertThat(reason("GIF89a, whatever follows".getBytes(US_ASCII), LIMIT))
        .isEqualTo(Reason.UNSUPPORTED_FORMAT);
    assertThat(reason(Arrays.copyOf(jpeg, jpeg.length / 2), LIMIT)).isEqualTo(Reason.TRUNCATED);
    assertThat(reason(Arrays.copyOf(jpeg, 12), LIMIT)).isEqualTo(Reason.TRUNCATED);
    assertThat(reason(jpeg, 64 * 48 - 1)).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void jpeg2000IsRefused() {
    byte[] jpeg2000 = {0, 0, 0, 12, 'j', 'P', ' ', ' ', 13, 10, (byte) 0x87, 10};

    assertThat(reason(jpeg2000, LIMIT)).isEqualTo(Reason.UNSUPPORTED_FORMAT);
  }

  @Test
  void aBombIsRefusedFromItsHeader() {
    byte[] png = new byte[64];
    byte[] head = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    System.arraycopy(head, 0, png, 0, head.length);
    png[17] = 1;
    png[21] = 1;

    assertThat(ImageCodec.decode(png, "bomb.png", LIMIT))
        .isEqualTo(
            new Undecodable(
                "bomb.png",
                Reason.TOO_LARGE,
                "65536 x 65536 pixels are more than the limit of 100000000"));
  }

  @Test
  void everyPrefixOfAFileIsDataAndNeverAnException() {
    byte[] jpeg = TestImages.jpeg(24, 24, 2);

    for (int length = 0; length < jpeg.length; length++) {
      assertThat(ImageCodec.decode(Arrays.copyOf(jpeg, length), "prefix", LIMIT)).isNotNull();
    }
  }

  @Test
  void aScopeOfTheCallerDoesNotFreeTheScratch() {
    byte[] jpeg = TestImages.jpeg(24, 24, 2);
    for (int i = 0; i < 3; i++) {
      PointerScope scope = new PointerScope();
      try {
        assertThat(ImageCodec.decode(jpeg, "scoped", LIMIT)).isInstanceOf(Decoded.Image.class);
      } finally {
        scope.close();
      }
    }
  }

  @Test
  void labelsAreInKebabCase() {
    assertThat(Reason.UNSUPPORTED_FORMAT.label()).isEqualTo("unsupported-format");
  }

  private static Reason reason(byte[] data, long limit) {
    return ((Undecodable) ImageCodec.decode(data, "sample", limit)).reason();
  }
}
