package io.mocov3.augment;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;

import io.mocov3.augment.Decoded.Image;
import io.mocov3.augment.Decoded.Undecodable;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Decodes JPEG, PNG, WebP and BMP as Pillow does: RGB, EXIF orientation ignored, alpha dropped.
 * Format and size are checked before the decoder sees the bytes; bad data is a value.
 */
public final class ImageCodec {
  /** Images with more pixels are refused: a small file can announce a huge one. */
  public static final long DEFAULT_PIXEL_LIMIT = 100_000_000;

  private static final int FILE_LIMIT = 1 << 29;
  private static final int FLAGS = IMREAD_COLOR_RGB | IMREAD_IGNORE_ORIENTATION;
  private static final ThreadLocal<Native> NATIVE = ThreadLocal.withInitial(Native::new);

  private ImageCodec() {}

  /** Reads and decodes a file. */
  public static Decoded read(Path file, String id, long pixelLimit) {
    byte[] data;
    try (FileInputStream stream = new FileInputStream(file.toFile())) {
      if (stream.getChannel().size() > FILE_LIMIT) {
        return new Undecodable(id, Reason.TOO_LARGE, "the file has more than 512 MiB");
      }
      data = stream.readAllBytes();
    } catch (IOException failure) {
      return new Undecodable(id, Reason.UNREADABLE, String.valueOf(failure.getMessage()));
    }
    return decode(data, id, pixelLimit);
  }

  /** Decodes the bytes of a file. */
  public static Decoded decode(byte[] data, String id, long pixelLimit) {
    if (data.length == 0) {
      return new Undecodable(id, Reason.EMPTY, "the file has no bytes");
    }
    Optional<ImageHeader.Format> format = ImageHeader.sniff(data);
    if (format.isEmpty()) {
      return new Undecodable(id, Reason.UNSUPPORTED_FORMAT, "not JPEG, PNG, WebP or BMP");
    }
    Optional<ImageHeader> header = ImageHeader.read(format.get(), data);
    if (header.isEmpty()) {
      return failed(data, id, format.get(), "the header is incomplete");
    }
    if (header.get().pixels() > pixelLimit) {
      return new Undecodable(
          id,
          Reason.TOO_LARGE,
          "%d x %d pixels are more than the limit of %d"
              .formatted(header.get().width(), header.get().height(), pixelLimit));
    }
    return NATIVE.get().decode(data, id, header.get());
  }

  private static Undecodable failed(
      byte[] data, String id, ImageHeader.Format format, String detail) {
    boolean complete = isComplete(data, format);
    return new Undecodable(id, complete ? Reason.CORRUPT : Reason.TRUNCATED, detail);
  }

  private static boolean isComplete(byte[] data, ImageHeader.Format format) {
    return switch (format) {
      case JPEG -> endsWith(data, 0xFF, 0xD9);
      case PNG -> endsWith(data, 'I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82);
      case WEBP -> data.length >= 12 && data.length >= 8L + size(data, 4);
      case BMP -> data.length >= 26 && data.length >= size(data, 2);
    };
  }

  private static boolean endsWith(byte[] data, int... expected) {
    int last = data.length - 1;
    while (last > 0 && data[last] == 0) {
      last--;
    }
    for (int i = 0; i < expected.length; i++) {
      int at = last - expected.length + 1 + i;
      if (at < 0 || (data[at] & 0xFF) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private static long size(byte[] data, int offset) {
    return Byte.toUnsignedLong(data[offset])
        | Byte.toUnsignedLong(data[offset + 1]) << 8
        | Byte.toUnsignedLong(data[offset + 2]) << 16
        | Byte.toUnsignedLong(data[offset + 3]) << 24;
  }

  /** Native scratch of one thread: the encoded bytes and the decoder's output, both reused. */
  private static final class Native {
    private static final int INITIAL_BYTES = 1 << 16;

    private final Mat output = new Mat();
    private BytePointer input = new BytePointer(INITIAL_BYTES);

    Native() {
      OpenCv.ready();
      // a caller's PointerScope must not free what outlives the call
      output.retainReference();
      input.retainReference();
    }

    Decoded decode(byte[] data, String id, ImageHeader header) {
      reserve(data.length);
      input.position(0).put(data, 0, data.length);
      try (Mat encoded = new Mat(1, data.length, CV_8UC1, input);
          Mat decoded = imdecode(encoded, FLAGS, output)) {
        if (decoded.empty() || decoded.type() != CV_8UC3) {
          return failed(data, id, header.format(), "the decoder rejects the " + header.format());
        }
        byte[] pixels = new byte[3 * decoded.cols() * decoded.rows()];
        try (BytePointer from = decoded.data()) {
          from.get(pixels, 0, pixels.length);
        }
        return new Image(id, decoded.cols(), decoded.rows(), pixels);
      } catch (RuntimeException rejected) {
        String line = String.valueOf(rejected.getMessage()).lines().findFirst().orElse("");
        return failed(data, id, header.format(), line);
      }
    }

    private void reserve(int bytes) {
      if (input.capacity() < bytes) {
        input.deallocate();
        input = new BytePointer(Math.max(bytes, 2 * input.capacity()));
        input.retainReference();
      }
    }
  }
}
