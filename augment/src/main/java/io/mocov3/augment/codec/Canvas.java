package io.mocov3.augment.codec;

import io.mocov3.augment.codec.Decoded.Image;
import org.bytedeco.javacpp.BytePointer;

/**
 * Native memory for the pixels of one decoded image, (H, W, 3) RGB uint8, grown on demand and used
 * again for the next image. Belongs to one thread.
 */
public final class Canvas {
  private static final ThreadLocal<Canvas> OF_THREAD = ThreadLocal.withInitial(Canvas::new);

  /** What one huge image needed is given back when the next one is of an ordinary size. */
  private static final long LARGE = 64L << 20;

  private BytePointer memory = kept(1 << 20);

  private Canvas() {}

  /** The canvas of the calling thread. */
  public static Canvas ofThread() {
    return OF_THREAD.get();
  }

  /** Paints pixels, (height, width, 3) RGB, over what was there. */
  public Image paint(String id, int width, int height, byte[] rgb) {
    reserve(rgb.length).put(rgb, 0, rgb.length);
    return new Image(id, width, height, height, this);
  }

  /** Memory of at least the given size, at position 0; what was there is lost. */
  BytePointer reserve(long bytes) {
    if (memory.capacity() < bytes || (memory.capacity() > LARGE && bytes <= LARGE / 2)) {
      memory.deallocate();
      memory = kept(bytes + bytes / 4);
    }
    return memory.position(0);
  }

  /** The memory at the position of a byte. */
  public BytePointer at(long offset) {
    return memory.position(offset);
  }

  /** A digest of the pixels of the image that is painted here. */
  public String digest(Image image) {
    int length = 3 * image.width() * image.height();
    return Checksums.sha256(memory.position(0).asByteBuffer().limit(length));
  }

  byte[] copy(int length) {
    byte[] pixels = new byte[length];
    memory.position(0).get(pixels, 0, length);
    return pixels;
  }

  private static BytePointer kept(long bytes) {
    BytePointer pointer = new BytePointer(bytes);
    // a caller's PointerScope must not free what outlives the call
    pointer.retainReference();
    return pointer;
  }
}
