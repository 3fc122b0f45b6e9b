package io.mocov3.actors.finetune;

import io.mocov3.actors.views.ReadAhead;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.batch.EpochOrder;
import io.mocov3.augment.batch.SampleOrder;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.policy.TrainingView;
import io.mocov3.augment.source.ImageSource;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/**
 * Labelled images in the order and the views that a training sees them in; both are functions of
 * the seed and the step.
 */
public final class LabelledImages implements ReadAhead.Batches {
  private final ImageSource source;
  private final int[] rows;
  private final TrainingView view;
  private final int batchSize;
  private final long seed;
  private final SampleOrder order;

  /**
   * @param rows the samples of the source that are trained on
   * @throws io.mocov3.augment.DataException when there are fewer of them than in a batch
   */
  public LabelledImages(
      ImageSource source, int[] rows, TrainingView view, int batchSize, long seed) {
    this(source, rows, EpochOrder.permutation(rows.length), view, batchSize, seed);
  }

  private LabelledImages(
      ImageSource source,
      int[] rows,
      EpochOrder epochs,
      TrainingView view,
      int batchSize,
      long seed) {
    this.source = source;
    this.rows = rows;
    this.view = view;
    this.batchSize = batchSize;
    this.seed = seed;
    order = new SampleOrder(seed, epochs, batchSize, 0, 1, 1);
  }

  /** All images of the source, in the order in which it is read best. */
  public static LabelledImages all(
      ImageSource source, TrainingView view, int batchSize, long seed) {
    int[] rows = IntStream.range(0, source.size()).toArray();
    return new LabelledImages(source, rows, source.order(), view, batchSize, seed);
  }

  public int batchSize() {
    return batchSize;
  }

  public long stepsPerEpoch() {
    return order.stepsPerEpoch();
  }

  /** The epoch at the start of a step, with its fraction. */
  public double epochOf(long step) {
    return order.epochOf(step);
  }

  /** Batches {@code [first, end)}, read by the workers. */
  public ReadAhead read(long first, long end, Executor workers) {
    return new ReadAhead(this, first, end, batchSize, view.recipe().size(), workers);
  }

  /** Labels of samples. */
  public long[] labels(int[] samples) {
    return Arrays.stream(samples).mapToLong(source::label).toArray();
  }

  @Override
  public int[] indices(long step) {
    return Arrays.stream(order.indices(step)).map(row -> rows[row]).toArray();
  }

  @Override
  public Outcome fill(long step, int index, BatchBuffer buffer, int slot) {
    return view.fill(source, index, seed, step / order.stepsPerEpoch(), buffer, slot);
  }
}
