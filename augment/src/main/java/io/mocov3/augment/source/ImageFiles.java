package io.mocov3.augment.source;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_QUALITY;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;

import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded.Image;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.augment.codec.ImageCodec;
import io.mocov3.augment.codec.OpenCv;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.opencv_core.Mat;

/** Reads and writes single image files. */
public final class ImageFiles {
  private ImageFiles() {}

  /**
   * Reads an image file.
   *
   * @throws DataException when it cannot be decoded
   */
  public static Image read(Path file) {
    return switch (ImageCodec.read(
        file, file.toString(), ImageCodec.DEFAULT_PIXEL_LIMIT, Canvas.ofThread())) {
      case Image image -> image.onHeap();
      case Undecodable bad ->
          throw new DataException(file + " is " + bad.reason().label() + ": " + bad.detail());
    };
  }

  /**
   * Writes RGB pixels (height, width, 3) as PNG; folders are made.
   *
   * @throws DataException when the file cannot be written
   */
  public static void writePng(Path file, byte[] rgb, int width, int height) {
    writePng(file, toBuffered(rgb, width, height));
  }

  public static void writePng(Path file, BufferedImage image) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      if (!ImageIO.write(image, "png", file.toFile())) {
        throw new IOException("no PNG writer");
      }
    } catch (IOException failure) {
      throw new DataException(
          file + " cannot be written (" + failure.getMessage() + "); choose another file", failure);
    }
  }

  public static BufferedImage toBuffered(byte[] rgb, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      int red = rgb[3 * i] & 0xFF;
      int green = rgb[3 * i + 1] & 0xFF;
      int blue = rgb[3 * i + 2] & 0xFF;
      image.setRGB(i % width, i / width, (red << 16) | (green << 8) | blue);
    }
    return image;
  }

  /** Encodes a grey image as JPEG. */
  public static byte[] greyJpeg(byte[] grey, int width, int height, int quality) {
    OpenCv.ready();
    try (BytePointer pixels = new BytePointer(grey);
        Mat mat = new Mat(height, width, CV_8UC1, pixels);
        IntPointer options = new IntPointer(IMWRITE_JPEG_QUALITY, quality);
        BytePointer encoded = new BytePointer()) {
      if (!imencode(".jpg", mat, encoded, options)) {
        throw new IllegalStateException("JPEG encoding failed");
      }
      byte[] bytes = new byte[(int) encoded.limit()];
      encoded.get(bytes);
      return bytes;
    }
  }
}
