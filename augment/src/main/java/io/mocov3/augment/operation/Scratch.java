package io.mocov3.augment.operation;

import static org.bytedeco.opencv.global.opencv_core.CV_32SC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC4;
import static org.bytedeco.opencv.global.opencv_core.transpose;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2RGBA;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGBA2RGB;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;

import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.OpenCv;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Working memory of one thread, grown on demand and kept: views allocate no pixels. Packed pixels
 * live on the heap, where the JIT vectorises; transposing and dropping to three bytes is OpenCV's.
 */
public final class Scratch {
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  final TriangleFilter horizontal = new TriangleFilter();
  final TriangleFilter vertical = new TriangleFilter();
  public final Planes planes = new Planes();
  public final Hue hue = new Hue();
  public final StageClock clock = new StageClock();
  private int[] first = new int[0];
  private int[] second = new int[0];
  private long[] sums = new long[0];
  private long[][] ring = new long[0][0];
  private IntPointer here = kept(1 << 16);
  private IntPointer there = kept(1 << 16);

  private Scratch() {
    OpenCv.ready();
  }

  public static Scratch ofThread() {
    return OF_THREAD.get();
  }

  /** Packed pixels of an image. */
  public int[] first(int pixels) {
    first = grown(first, pixels);
    return first;
  }

  /** Packed pixels of another image. */
  public int[] second(int pixels) {
    second = grown(second, pixels);
    return second;
  }

  /** One line of wide pixels. */
  long[] sums(int pixels) {
    if (sums.length < pixels) {
      sums = new long[pixels];
    }
    return sums;
  }

  /** A power of two, at least {@code count}, of lines of wide pixels, each an array of its own. */
  long[][] ring(int count, int length) {
    int have = ring.length == 0 ? 0 : ring[0].length;
    if (ring.length < count || have < length) {
      ring = new long[Math.max(ring.length, powerOfTwo(count))][Math.max(length, have)];
    }
    return ring;
  }

  /** The smallest one that is at least {@code count}. */
  static int powerOfTwo(int count) {
    return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
  }

  /** The pixels of a box of the canvas, row by row. */
  void read(Canvas canvas, int imageWidth, Crop crop, int[] out) {
    int pixels = crop.height() * crop.width();
    reserve(pixels);
    long offset = 3 * ((long) crop.top() * imageWidth + crop.left());
    BytePointer from = canvas.at(offset);
    try (Mat rgb = new Mat(crop.height(), crop.width(), CV_8UC3, from, 3L * imageWidth);
        Mat rgba = new Mat(crop.height(), crop.width(), CV_8UC4, here)) {
      cvtColor(rgb, rgba, COLOR_RGB2RGBA);
    }
    here.get(out, 0, pixels);
  }

  /** Swaps rows and columns. */
  public void transposed(int[] in, int rows, int columns, int[] out) {
    transposed(in, rows, columns);
    there.get(out, 0, rows * columns);
  }

  /** Writes pixels that lie row by row as (rows, columns, 3) bytes to the start of the slot. */
  public void write(int[] pixels, int rows, int columns, ByteBuffer slot) {
    reserve(rows * columns);
    there.put(pixels, 0, rows * columns);
    write(rows, columns, slot);
  }

  /** The same for pixels that lie column by column. */
  public void writeTransposed(int[] pixels, int rows, int columns, ByteBuffer slot) {
    transposed(pixels, columns, rows);
    write(rows, columns, slot);
  }

  private void transposed(int[] in, int rows, int columns) {
    reserve(rows * columns);
    here.put(in, 0, rows * columns);
    try (Mat from = new Mat(rows, columns, CV_32SC1, here);
        Mat to = new Mat(columns, rows, CV_32SC1, there)) {
      transpose(from, to);
    }
  }

  private void write(int rows, int columns, ByteBuffer slot) {
    if (!slot.isDirect() || slot.capacity() < 3L * rows * columns) {
      throw new IllegalArgumentException(
          "a slot of %d bytes cannot hold %d x %d pixels"
              .formatted(slot.capacity(), rows, columns));
    }
    try (BytePointer bytes = new BytePointer(slot.duplicate().clear());
        Mat rgba = new Mat(rows, columns, CV_8UC4, there);
        Mat rgb = new Mat(rows, columns, CV_8UC3, bytes)) {
      cvtColor(rgba, rgb, COLOR_RGBA2RGB);
    }
  }

  private void reserve(int pixels) {
    if (here.capacity() < pixels) {
      here.deallocate();
      there.deallocate();
      here = kept(pixels);
      there = kept(pixels);
    }
  }

  private static IntPointer kept(int pixels) {
    IntPointer pointer = new IntPointer((long) pixels);
    // a caller's PointerScope must not free what outlives the call
    pointer.retainReference();
    return pointer;
  }

  private static int[] grown(int[] array, int length) {
    return array.length < length ? new int[length] : array;
  }
}
