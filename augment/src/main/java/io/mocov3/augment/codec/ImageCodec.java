package io.mocov3.augment.codec;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;

import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.codec.Decoded.Undecodable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

  private ImageCodec() {}

  /** Reads and decodes a file. */
  public static Decoded read(Path file, String id, long pixelLimit, Canvas canvas) {
    try {
      return read(file, id, pixelLimit, Optional.empty(), canvas, NeededRows.ALL);
    } catch (IOException failure) {
      return new Undecodable(id, Reason.UNREADABLE, String.valueOf(failure.getMessage()));
    }
  }

  /** The same for a file whose SHA-256 may be known. */
  public static Decoded read(
      Path file,
      String id,
      long pixelLimit,
      Optional<String> checksum,
      Canvas canvas,
      NeededRows needed)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(channel, 0, channel.size(), id, pixelLimit, checksum, canvas, needed);
    }
  }

  /** Reads and decodes a part of a file, a member of an archive for instance. */
  public static Decoded read(
      FileChannel channel,
      long position,
      long length,
      String id,
      long pixelLimit,
      Optional<String> checksum,
      Canvas canvas,
      NeededRows needed)
      throws IOException {
    if (length > FILE_LIMIT) {
      return new Undecodable(id, Reason.TOO_LARGE, "the file has more than 512 MiB");
    }
    EncodedImage encoded = EncodedImage.ofThread().read(channel, position, (int) length);
    if (checksum.isPresent()) {
      String found = Checksums.sha256(encoded.bytes());
      if (!found.equalsIgnoreCase(checksum.get())) {
        String detail = "sha256 is %s, expected %s".formatted(found, checksum.get());
        return new Undecodable(id, Reason.CHECKSUM, detail);
      }
    }
    return decode(encoded, id, pixelLimit, canvas, needed);
  }

  /** Decodes the bytes of a file; pixels on the heap. */
  public static Decoded decode(byte[] data, String id, long pixelLimit) {
    Decoded decoded = decode(data, id, pixelLimit, Canvas.ofThread());
    return decoded instanceof Image image ? image.onHeap() : decoded;
  }

  /** Decodes the bytes of a file onto the canvas. */
  public static Decoded decode(byte[] data, String id, long pixelLimit, Canvas canvas) {
    return decode(EncodedImage.ofThread().of(data), id, pixelLimit, canvas, NeededRows.ALL);
  }

  private static Decoded decode(
      EncodedImage encoded, String id, long pixelLimit, Canvas canvas, NeededRows needed) {
    ByteBuffer data = encoded.bytes();
    if (data.limit() == 0) {
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
    int rows = header.get().height();
    if (format.get() == ImageHeader.Format.JPEG) {
      rows = ShorterJpeg.shorten(data, rows, needed.of(header.get().width(), rows));
    }
    Decoded decoded = decode(encoded, id, header.get(), rows, canvas);
    if (decoded instanceof Undecodable && rows < header.get().height()) {
      ShorterJpeg.restore(data, header.get().height());
      return decode(encoded, id, header.get(), header.get().height(), canvas);
    }
    return decoded;
  }

  /** The decoder writes onto the canvas where the header tells the truth. */
  private static Decoded decode(
      EncodedImage encoded, String id, ImageHeader header, int rows, Canvas canvas) {
    OpenCv.ready();
    ByteBuffer data = encoded.bytes();
    int width = Math.max(1, header.width());
    int height = Math.max(1, header.height());
    BytePointer memory = canvas.reserve(3L * width * height);
    try (Mat input = new Mat(1, data.limit(), CV_8UC1, encoded.memory());
        Mat output = new Mat(Math.max(1, rows), width, CV_8UC3, memory);
        Mat decoded = imdecode(input, FLAGS, output)) {
      if (decoded.empty() || decoded.type() != CV_8UC3) {
        return failed(data, id, header.format(), "the decoder rejects the " + header.format());
      }
      try (BytePointer pixels = decoded.data()) {
        if (pixels.address() != memory.address()) {
          byte[] copy = new byte[3 * decoded.cols() * decoded.rows()];
          pixels.get(copy, 0, copy.length);
          return canvas.paint(id, decoded.cols(), decoded.rows(), copy);
        }
      }
      boolean cut = rows < height && decoded.rows() == rows;
      return new Image(id, decoded.cols(), cut ? height : decoded.rows(), decoded.rows(), canvas);
    } catch (RuntimeException rejected) {
      String line = String.valueOf(rejected.getMessage()).lines().findFirst().orElse("");
      return failed(data, id, header.format(), line);
    }
  }

  private static Undecodable failed(
      ByteBuffer data, String id, ImageHeader.Format format, String detail) {
    boolean complete = ImageHeader.isComplete(format, data);
    return new Undecodable(id, complete ? Reason.CORRUPT : Reason.TRUNCATED, detail);
  }
}
