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

  /** Reads them from there on, which is where a batch begins. */
  ReadAhead read(int from, Executor workers) {
    int size = view.transform().crop();
    int end = Math.ceilDiv(count, batchSize);
    return new ReadAhead(this, Math.ceilDiv(from, batchSize), end, batchSize, size, workers);
  }

  @Override
  public int[] indices(long batch) {
    int from = (int) batch * batchSize;
    return IntStream.range(from, Math.min(count, from + batchSize)).map(this::sample).toArray();
  }

  /** All of them, in their order. */
  IntStream samples() {
    return IntStream.range(0, count).map(this::sample);
  }

  private int sample(int i) {
    return (int) ((long) i * source.size() / count);
  }

  @Override
  public Outcome fill(long batch, int index, BatchBuffer buffer, int slot) {
    return view.fill(source, index, buffer, slot);
  }
}
