package io.mocov3.augment.batch;

import io.mocov3.augment.DataException;

/**
 * Which samples belong to which step: the order of an epoch, cut into global batches of batchSize x
 * worldSize, the incomplete last one dropped. Ranks take neighbouring slices of a global batch, so
 * the number of ranks does not change what a step sees.
 */
public final class SampleOrder {
  private final long seed;
  private final EpochOrder order;
  private final int size;
  private final int batchSize;
  private final int rank;
  private final int worldSize;
  private volatile Epoch cached = new Epoch(-1, new int[0]);

  /** Over a set in which every sample can be read at any time: exact permutations. */
  public SampleOrder(long seed, int size, int batchSize, int rank, int worldSize) {
    this(seed, EpochOrder.permutation(size), batchSize, rank, worldSize);
  }

  /**
   * @param order the order of the samples of the data set
   * @param batchSize samples a step takes on one rank
   * @throws DataException when one global batch needs more samples than there are
   */
  public SampleOrder(long seed, EpochOrder order, int batchSize, int rank, int worldSize) {
    int size = order.length();
    if (batchSize < 1 || worldSize < 1 || rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException(
          "batch size " + batchSize + ", rank " + rank + " of " + worldSize + " is not a shard");
    }
    if ((long) batchSize * worldSize > size) {
      String ranks = worldSize == 1 ? "" : " on each of " + worldSize + " ranks";
      throw new DataException(
          "batch size %d%s is larger than the data set of %d images; use at most %d"
              .formatted(batchSize, ranks, size, size / worldSize));
    }
    this.seed = seed;
    this.order = order;
    this.size = size;
    this.batchSize = batchSize;
    this.rank = rank;
    this.worldSize = worldSize;
  }

  /** Full global batches in an epoch. */
  public long stepsPerEpoch() {
    return size / ((long) batchSize * worldSize);
  }

  /** The epoch at the start of a step, with its fraction: step / stepsPerEpoch. */
  public double epochOf(long step) {
    return (double) step / stepsPerEpoch();
  }

  /** The batchSize samples this rank takes in the given global step, counted from 0. */
  public int[] indices(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("step " + step + " is negative");
    }
    int[] permutation = permutation(step / stepsPerEpoch());
    long within = step % stepsPerEpoch();
    int[] indices = new int[batchSize];
    int start = (int) ((within * worldSize + rank) * batchSize);
    System.arraycopy(permutation, start, indices, 0, batchSize);
    return indices;
  }

  private int[] permutation(long epoch) {
    Epoch current = cached;
    if (current.number != epoch) {
      current = new Epoch(epoch, order.indices(seed, epoch));
      cached = current;
      order.announce(seed, epoch);
    }
    return current.permutation;
  }

  private static final class Epoch {
    private final long number;
    private final int[] permutation;

    private Epoch(long number, int[] permutation) {
      this.number = number;
      this.permutation = permutation;
    }
  }
}
