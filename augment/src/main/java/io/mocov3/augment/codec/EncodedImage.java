package io.mocov3.augment.codec;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.bytedeco.javacpp.BytePointer;

/** Native memory for the bytes of one encoded image, grown on demand; belongs to one thread. */
final class EncodedImage {
  private static final ThreadLocal<EncodedImage> OF_THREAD =
      ThreadLocal.withInitial(EncodedImage::new);

  private BytePointer memory = kept(1 << 18);
  private ByteBuffer bytes = memory.asByteBuffer().limit(0);

  private EncodedImage() {}

  static EncodedImage ofThread() {
    return OF_THREAD.get();
  }

  /** Takes a copy of the array. */
  EncodedImage of(byte[] data) {
    reserve(data.length).put(data).flip();
    return this;
  }

  /** Reads a range of a file. */
  EncodedImage read(FileChannel channel, long position, int length) throws IOException {
    ByteBuffer target = reserve(length);
    while (target.hasRemaining()) {
      if (channel.read(target, position + target.position()) < 0) {
        throw new EOFException("the file ends before byte " + (position + length));
      }
    }
    target.flip();
    return this;
  }

  /** The bytes, from position 0 to the limit. */
  ByteBuffer bytes() {
    return bytes;
  }

  BytePointer memory() {
    return memory;
  }

  private ByteBuffer reserve(int length) {
    if (memory.capacity() < length) {
      memory.deallocate();
      memory = kept(length + (long) length / 4);
      bytes = memory.asByteBuffer();
    }
    return bytes.clear().limit(length);
  }

  private static BytePointer kept(long length) {
    BytePointer pointer = new BytePointer(length);
    // a caller's PointerScope must not free what outlives the call
    pointer.retainReference();
    return pointer;
  }
}
