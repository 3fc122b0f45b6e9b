package io.mocov3.augment.batch;

import java.nio.ByteBuffer;

/**
 * Off-heap block of uint8 pixels, (views, samples, height, width, 3) RGB, and behind it smaller
 * views of the same samples, if there are any; filled in place by many threads and wrapped by the
 * trainer without a copy. Slots do not overlap, so no locks are needed.
 */
public final class BatchBuffer {
  private final ByteBuffer pixels;
  private final int views;
  private final int samples;
  private final int height;
  private final int width;
  private final Small small;
  private final int[] sampleIndices;

  /** Square views besides: so many of each sample, {@code size} pixels a side. */
  public record Small(int views, int size) {
    public static final Small NONE = new Small(0, 0);

    private long bytes(int samples) {
      return 3L * views * samples * size * size;
    }
  }

  /** A buffer in ordinary native memory. */
  public static BatchBuffer allocate(int views, int samples, int height, int width) {
    int bytes = bytes(views, samples, height, width);
    return new BatchBuffer(NativeMemory.allocate(bytes), views, samples, height, width);
  }

  /** Ordinary native memory, which no limit of the JVM caps. */
  public static ByteBuffer memory(int bytes) {
    return NativeMemory.allocate(bytes);
  }

  /**
   * A buffer over given memory, pinned for instance.
   *
   * @throws IllegalArgumentException when the memory is not direct or not of the right size
   */
  public BatchBuffer(ByteBuffer pixels, int views, int samples, int height, int width) {
    this(pixels, views, samples, height, width, Small.NONE);
  }

  /** The same with smaller views. */
  BatchBuffer(ByteBuffer pixels, int views, int samples, int height, int width, Small small) {
    int bytes = bytes(views, samples, height, width, small);
    if (!pixels.isDirect() || pixels.capacity() != bytes) {
      throw new IllegalArgumentException("a batch buffer needs " + bytes + " bytes off heap");
    }
    this.pixels = pixels;
    this.views = views;
    this.samples = samples;
    this.height = height;
    this.width = width;
    this.small = small;
    this.sampleIndices = new int[samples];
  }

  /** Bytes of a buffer of this shape, at most 2 GiB. */
  public static int bytes(int views, int samples, int height, int width) {
    return bytes(views, samples, height, width, Small.NONE);
  }

  /** The same with smaller views. */
  static int bytes(int views, int samples, int height, int width, Small small) {
    if (views < 1 || samples < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "a batch buffer of %d x %d x %d x %d is empty".formatted(views, samples, height, width));
    }
    double bytes = 3.0 * views * samples * height * width + small.bytes(samples);
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a batch of %d views of %d images of %d x %d has %.1f GiB; the limit is 2 GiB"
              .formatted(views, samples, height, width, bytes / (1L << 30)));
    }
    return (int) bytes;
  }

  /** All pixels; the position stays 0 and the limit the capacity. */
  public ByteBuffer pixels() {
    return pixels;
  }

  /** The (height, width, 3) bytes of one view of one sample. */
  public ByteBuffer slot(int view, int sample) {
    if (view < 0 || view >= views || sample < 0 || sample >= samples) {
      throw new IndexOutOfBoundsException(
          "slot %d, %d of a buffer of %d x %d".formatted(view, sample, views, samples));
    }
    int length = 3 * height * width;
    return pixels.slice((view * samples + sample) * length, length);
  }

  /** The (size, size, 3) bytes of one of the smaller views of one sample. */
  public ByteBuffer smallSlot(int view, int sample) {
    if (view < 0 || view >= small.views() || sample < 0 || sample >= samples) {
      throw new IndexOutOfBoundsException(
          "small slot %d, %d of a buffer of %d x %d"
              .formatted(view, sample, small.views(), samples));
    }
    int length = 3 * small.size() * small.size();
    int before = 3 * views * samples * height * width;
    return pixels.slice(before + (view * samples + sample) * length, length);
  }

  public Small small() {
    return small;
  }

  public int views() {
    return views;
  }

  public int samples() {
    return samples;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** For each slot the sample that fills it, replacements included; the array itself. */
  public int[] sampleIndices() {
    return sampleIndices;
  }
}
