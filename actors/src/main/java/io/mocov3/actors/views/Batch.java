package io.mocov3.actors.views;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.batch.BatchBufferPool;

/**
 * A filled batch buffer on its way to the trainer, which owns it from then on and closes it. {@code
 * step} is the index of the step it belongs to, from 0.
 */
public record Batch(long step, BatchBuffer buffer, BatchBufferPool pool) implements AutoCloseable {

  @Override
  public void close() {
    pool.release(buffer);
  }
}
