package io.mocov3.augment.batch;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;

/**
 * A fixed number of batch buffers: whoever needs one waits until one is free, so memory is bounded
 * by construction. Safe for use by many threads; waiting happens in futures, never in a thread.
 */
public final class BatchBufferPool {
  private final Set<BatchBuffer> all = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<BatchBuffer> taken = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Queue<BatchBuffer> free = new ArrayDeque<>();
  private final Queue<CompletableFuture<BatchBuffer>> waiting = new ArrayDeque<>();

  /** Buffers in ordinary native memory; shape as in {@link BatchBuffer}. */
  public BatchBufferPool(int buffers, int views, int samples, int height, int width) {
    this(buffers, views, samples, height, width, BatchBuffer.Small.NONE, NativeMemory::allocate);
  }

  /** Buffers from the given allocator of bytes, pinned memory for instance. */
  public BatchBufferPool(
      int buffers,
      int views,
      int samples,
      int height,
      int width,
      BatchBuffer.Small small,
      IntFunction<ByteBuffer> allocator) {
    if (buffers < 1) {
      throw new IllegalArgumentException("buffers is " + buffers + "; it must be at least 1");
    }
    int bytes = BatchBuffer.bytes(views, samples, height, width, small);
    for (int i = 0; i < buffers; i++) {
      free.add(new BatchBuffer(allocator.apply(bytes), views, samples, height, width, small));
    }
    all.addAll(free);
  }

  /** Completes, in order of the calls, when a buffer is free. */
  public CompletionStage<BatchBuffer> acquire() {
    synchronized (this) {
      CompletableFuture<BatchBuffer> future = new CompletableFuture<>();
      BatchBuffer buffer = free.poll();
      if (buffer == null) {
        waiting.add(future);
      } else {
        taken.add(buffer);
        future.complete(buffer);
      }
      return future;
    }
  }

  /**
   * Gives a buffer back, to the longest waiting caller if there is one.
   *
   * @throws IllegalStateException when the buffer is not out
   * @throws IllegalArgumentException when the buffer belongs elsewhere
   */
  public void release(BatchBuffer buffer) {
    CompletableFuture<BatchBuffer> next;
    synchronized (this) {
      if (!all.contains(buffer)) {
        throw new IllegalArgumentException("the released buffer is not of this pool");
      }
      if (!taken.contains(buffer)) {
        throw new IllegalStateException("the buffer was released twice");
      }
      next = nextWaiting();
      if (next == null) {
        taken.remove(buffer);
        free.add(buffer);
      }
    }
    if (next != null && !next.complete(buffer)) {
      release(buffer);
    }
  }

  /** Buffers that are out. */
  public synchronized int inUse() {
    return taken.size();
  }

  /** Buffers in all. */
  public int capacity() {
    return all.size();
  }

  private CompletableFuture<BatchBuffer> nextWaiting() {
    CompletableFuture<BatchBuffer> next = waiting.poll();
    while (next != null && next.isDone()) {
      next = waiting.poll();
    }
    return next;
  }
}
