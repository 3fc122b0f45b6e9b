package io.mocov3.augment.batch;

import io.mocov3.augment.DataException;
import java.util.Arrays;

/**
 * Which samples belong to which step: the order of an epoch, cut into global batches of batchSize x
 * worldSize, the incomplete last one dropped. Ranks take neighbouring slices of a global batch, so
 * the number of ranks does not change what a step sees. With lanes the order is cut into that many
 * equal parts first, and a batch takes neighbouring slices of all of them: a rank then goes through
 * its own part of the order alone.
 */
public final class SampleOrder {
  private final long seed;
  private final EpochOrder order;
  private final int size;
  private final int batchSize;
  private final int rank;
  private final int worldSize;
  private final int lanes;
  private volatile Epoch cached = new Epoch(-1, new int[0]);

  /** Over a set in which every sample can be read at any time: exact permutations. */
  public SampleOrder(long seed, int size, int batchSize, int rank, int worldSize) {
    this(seed, EpochOrder.permutation(size), batchSize, rank, worldSize, 1);
  }

  /**
   * @param order the order of the samples of the data set
   * @param batchSize samples a step takes on one rank
   * @param lanes parts of the order that a batch takes from; the global batch is a multiple of it
   * @throws DataException when one global batch needs more samples than there are
   */
  public SampleOrder(
      long seed, EpochOrder order, int batchSize, int rank, int worldSize, int lanes) {
    int size = order.length();
    if (batchSize < 1 || worldSize < 1 || rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException(
          "batch size " + batchSize + ", rank " + rank + " of " + worldSize + " is not a shard");
    }
    if (lanes < 1 || (long) batchSize * worldSize % lanes != 0) {
      throw new IllegalArgumentException(
          lanes + " lanes do not divide a batch of " + (long) batchSize * worldSize);
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
    this.lanes = lanes;
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
    int[] visited = visited(step / stepsPerEpoch());
    int start = (int) (step % stepsPerEpoch()) * batchSize;
    return Arrays.copyOfRange(visited, start, start + batchSize);
  }

  /** All samples that this rank takes in an epoch, in order. */
  private int[] visited(long epoch) {
    Epoch current = cached;
    if (current.number != epoch) {
      current = new Epoch(epoch, mine(order.indices(seed, epoch)));
      cached = current;
      order.announce(current.visited);
    }
    return current.visited;
  }

  private int[] mine(int[] permutation) {
    int steps = (int) stepsPerEpoch();
    int part = (int) ((long) batchSize * worldSize / lanes);
    int[] visited = new int[steps * batchSize];
    for (int i = 0; i < visited.length; i++) {
      int step = i / batchSize;
      long slot = (long) rank * batchSize + i % batchSize;
      int lane = (int) (slot / part);
      visited[i] = permutation[lane * (size / lanes) + step * part + (int) (slot % part)];
    }
    return visited;
  }

  private static final class Epoch {
    private final long number;
    private final int[] visited;

    private Epoch(long number, int[] visited) {
      this.number = number;
      this.visited = visited;
    }
  }
}
