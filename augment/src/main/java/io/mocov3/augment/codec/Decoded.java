package io.mocov3.augment.codec;

import java.util.Objects;
import java.util.Optional;

/** The outcome of decoding one sample: pixels, or the reason why there are none. */
public sealed interface Decoded {

  /** The name of the sample: a relative path, or the file and the position in it. */
  String id();

  /** An 8-bit RGB image, row by row, three bytes a pixel (H, W, 3), on the heap or on a canvas. */
  final class Image implements Decoded {
    private final String id;
    private final int width;
    private final int height;
    private final Optional<byte[]> heap;
    private final Canvas canvas;
    private final int rows;

    /**
     * Wraps the array without copying it.
     *
     * @throws IllegalArgumentException when the array does not hold width x height x 3 bytes
     */
    public Image(String id, int width, int height, byte[] pixels) {
      this(id, width, height, height, Optional.of(pixels), Canvas.ofThread());
      if (pixels.length != 3L * width * height) {
        throw new IllegalArgumentException(
            id + ": " + pixels.length + " bytes are not " + width + " x " + height + " x 3");
      }
    }

    /** What is on the canvas, until it is painted again; only the first rows of it are there. */
    Image(String id, int width, int height, int rows, Canvas canvas) {
      this(id, width, height, rows, Optional.empty(), canvas);
    }

    private Image(
        String id, int width, int height, int rows, Optional<byte[]> heap, Canvas canvas) {
      if (width < 1 || height < 1) {
        throw new IllegalArgumentException(id + ": " + width + " x " + height + " is no image");
      }
      this.id = Objects.requireNonNull(id);
      this.width = width;
      this.height = height;
      this.heap = heap;
      this.canvas = canvas;
      this.rows = rows;
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

    /** Rows from the top that were decoded: those that were needed, or all. */
    public int rows() {
      return rows;
    }

    /**
     * The pixels; a copy where they are on a canvas. Nobody may change them.
     *
     * @throws IllegalStateException when not all of them were decoded
     */
    public byte[] pixels() {
      if (rows < height) {
        throw new IllegalStateException("only " + rows + " rows of " + this + " were decoded");
      }
      return heap.orElseGet(() -> canvas.copy(3 * width * height));
    }

    /** The same image with pixels of its own, for as long as it is needed. */
    public Image onHeap() {
      return heap.isPresent() ? this : new Image(id, width, height, pixels());
    }

    /** The canvas that holds the pixels; they are painted on the thread's one if need be. */
    public Canvas onCanvas() {
      return heap.map(pixels -> Canvas.ofThread().paint(id, width, height, pixels).canvas)
          .orElse(canvas);
    }

    @Override
    public String toString() {
      return id + " (" + width + " x " + height + ")";
    }
  }

  /** A sample without an image; the detail is one line for people. */
  record Undecodable(String id, Reason reason, String detail) implements Decoded {}
}
