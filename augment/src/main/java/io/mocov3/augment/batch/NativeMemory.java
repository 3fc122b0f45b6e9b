package io.mocov3.augment.batch;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;

/** Buffers outside the heap that no limit of the JVM caps. */
final class NativeMemory {
  private static final Cleaner CLEANER = Cleaner.create();

  private NativeMemory() {}

  /** Freed when neither the buffer nor a view of it is reachable any more. */
  static ByteBuffer allocate(int bytes) {
    BytePointer memory = new BytePointer(bytes);
    // a caller's PointerScope must not free what outlives the call
    memory.retainReference();
    ByteBuffer buffer = memory.asByteBuffer();
    CLEANER.register(buffer, memory::deallocate);
    return buffer;
  }
}
