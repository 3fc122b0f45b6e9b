package io.mocov3.augment;

import java.util.Objects;

/** The outcome of decoding one sample: pixels, or the reason why there are none. */
public sealed interface Decoded {

  /** The name of the sample: a relative path, or the file and the position in it. */
  String id();

  /** An 8-bit RGB image, row by row, three bytes a pixel (H, W, 3). Pixels live on the heap. */
  final class Image implements Decoded {
    private final String id;
    private final int width;
    private final int height;
    private final byte[] pixels;

    /**
     * Wraps the array without copying it.
     *
     * @throws IllegalArgumentException when the array does not hold width x height x 3 bytes
     */
    public Image(String id, int width, int height, byte[] pixels) {
      if (width < 1 || height < 1 || pixels.length != 3L * width * height) {
        throw new IllegalArgumentException(
            id + ": " + pixels.length + " bytes are not " + width + " x " + height + " x 3");
      }
      this.id = Objects.requireNonNull(id);
      this.width = width;
      this.height = height;
      this.pixels = pixels;
    }

    @Override
    public String id() {
      return id;
    }

    /** Width in pixels. */
    public int width() {
      return width;
    }

    /** Height in pixels. */
    public int height() {
      return height;
    }

    /** The pixels themselves, not a copy; nobody may change them. */
    public byte[] pixels() {
      return pixels;
    }

    @Override
    public String toString() {
      return id + " (" + width + " x " + height + ")";
    }
  }

  /** A sample without an image; the detail is one line for people. */
  record Undecodable(String id, Reason reason, String detail) implements Decoded {}
}
