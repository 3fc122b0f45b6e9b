package io.mocov3.augment.codec;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Format and size of an encoded image, read from its first bytes without decoding anything. */
record ImageHeader(Format format, int width, int height) {

  enum Format {
    JPEG,
    PNG,
    WEBP,
    BMP
  }

  long pixels() {
    return (long) width * height;
  }

  /** The format that the first bytes announce; empty for anything not accepted. */
  static Optional<Format> sniff(ByteBuffer data) {
    if (starts(data, 0, 0xFF, 0xD8, 0xFF)) {
      return Optional.of(Format.JPEG);
    }
    if (starts(data, 0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n')) {
      return Optional.of(Format.PNG);
    }
    if (starts(data, 0, 'R', 'I', 'F', 'F') && starts(data, 8, 'W', 'E', 'B', 'P')) {
      return Optional.of(Format.WEBP);
    }
    return starts(data, 0, 'B', 'M') ? Optional.of(Format.BMP) : Optional.empty();
  }

  /** Reads the size; empty when the header is cut off or makes no sense. */
  static Optional<ImageHeader> read(Format format, ByteBuffer data) {
    try {
      ImageHeader header =
          switch (format) {
            case JPEG -> jpeg(data);
            case PNG -> new ImageHeader(format, big(data, 16, 4), big(data, 20, 4));
            case WEBP -> webp(data);
            case BMP -> bmp(data);
          };
      return header.width > 0 && header.height > 0 ? Optional.of(header) : Optional.empty();
    } catch (IndexOutOfBoundsException cutOff) {
      return Optional.empty();
    }
  }

  private static ImageHeader jpeg(ByteBuffer data) {
    int at = 2;
    while (true) {
      while (data.get(at) != (byte) 0xFF) {
        at++;
      }
      while (data.get(at) == (byte) 0xFF) {
        at++;
      }
      int marker = data.get(at) & 0xFF;
      at++;
      if (isStartOfFrame(marker)) {
        return new ImageHeader(Format.JPEG, big(data, at + 5, 2), big(data, at + 3, 2));
      }
      boolean standalone = marker == 0x01 || (marker >= 0xD0 && marker <= 0xD9);
      at += standalone ? 0 : big(data, at, 2);
    }
  }

  private static boolean isStartOfFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static ImageHeader webp(ByteBuffer data) {
    return switch (data.get(15)) {
      case 'X' -> new ImageHeader(Format.WEBP, 1 + little(data, 24, 3), 1 + little(data, 27, 3));
      case 'L' -> {
        int bits = little(data, 21, 4);
        yield new ImageHeader(Format.WEBP, 1 + (bits & 0x3FFF), 1 + ((bits >>> 14) & 0x3FFF));
      }
      default ->
          new ImageHeader(Format.WEBP, little(data, 26, 2) & 0x3FFF, little(data, 28, 2) & 0x3FFF);
    };
  }

  private static ImageHeader bmp(ByteBuffer data) {
    if (little(data, 14, 4) == 12) {
      return new ImageHeader(Format.BMP, little(data, 18, 2), little(data, 20, 2));
    }
    return new ImageHeader(Format.BMP, little(data, 18, 4), Math.abs(little(data, 22, 4)));
  }

  private static boolean starts(ByteBuffer data, int offset, int... expected) {
    if (data.limit() < offset + expected.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if ((data.get(offset + i) & 0xFF) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private static int big(ByteBuffer data, int offset, int bytes) {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      value = (value << 8) | (data.get(offset + i) & 0xFF);
    }
    return value;
  }

  private static int little(ByteBuffer data, int offset, int bytes) {
    int value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = (value << 8) | (data.get(offset + i) & 0xFF);
    }
    return value;
  }

  /** Whether the bytes go on to where the format says that the image ends. */
  static boolean isComplete(Format format, ByteBuffer data) {
    return switch (format) {
      case JPEG -> ends(data, 0xFF, 0xD9);
      case PNG -> ends(data, 'I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82);
      case WEBP -> data.limit() >= 12 && data.limit() >= 8 + unsigned(little(data, 4, 4));
      case BMP -> data.limit() >= 26 && data.limit() >= unsigned(little(data, 2, 4));
    };
  }

  private static boolean ends(ByteBuffer data, int... expected) {
    int end = data.limit();
    while (end > 1 && data.get(end - 1) == 0) {
      end--;
    }
    return end >= expected.length && starts(data, end - expected.length, expected);
  }

  private static long unsigned(int value) {
    return Integer.toUnsignedLong(value);
  }
}
