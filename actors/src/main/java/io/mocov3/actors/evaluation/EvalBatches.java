package io.mocov3.actors.evaluation;

import io.mocov3.actors.views.ReadAhead;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.view.EvalView;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/** {@code count} images spread evenly over a set, in order, in their evaluation view. */
record EvalBatches(ImageSource source, int count, EvalView view, int batchSize)
    implements ReadAhead.Batches {

  /** Reads them; {@code size} in pixels is that of the view. */
  ReadAhead read(int size, Executor workers) {
    return new ReadAhead(this, 0, Math.ceilDiv(count, batchSize), batchSize, size, workers);
  }

  @Override
  public int[] indices(long batch) {
    int from = (int) batch * batchSize;
    return IntStream.range(from, Math.min(count, from + batchSize))
        .map(i -> (int) ((long) i * source.size() / count))
        .toArray();
  }

  @Override
  public Outcome fill(long batch, int index, BatchBuffer buffer, int slot) {
    return view.fill(source, index, buffer, slot);
  }
}
