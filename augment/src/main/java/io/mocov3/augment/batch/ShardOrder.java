package io.mocov3.augment.batch;

/**
 * The order of a set that is streamed shard by shard: shards in random order, one after the other,
 * then every window of that many samples shuffled. Only the shards of a window are needed at once.
 */
public final class ShardOrder implements EpochOrder {
  private final int[] starts;
  private final int window;

  /**
   * @param starts index of the first sample of each shard, then the number of all samples
   * @param window samples that are shuffled together, at least 1
   */
  public ShardOrder(int[] starts, int window) {
    if (window < 1) {
      throw new IllegalArgumentException("window is " + window + "; it must be at least 1");
    }
    this.starts = starts.clone();
    this.window = window;
  }

  @Override
  public int length() {
    return starts[starts.length - 1];
  }

  /** The shards of an epoch in the order in which they are read. */
  public int[] shards(long seed, long epoch) {
    return Shuffle.permutation(
        starts.length - 1, CounterRandom.of(seed, epoch, Shuffle.STREAM, -2));
  }

  @Override
  public int[] indices(long seed, long epoch) {
    int[] order = new int[length()];
    int at = 0;
    for (int shard : shards(seed, epoch)) {
      for (int index = starts[shard]; index < starts[shard + 1]; index++) {
        order[at++] = index;
      }
    }
    for (int from = 0; from < order.length; from += window) {
      int to = (int) Math.min(order.length, (long) from + window);
      CounterRandom random = CounterRandom.of(seed, epoch, Shuffle.STREAM, -3L - from / window);
      Shuffle.shuffle(order, from, to, random);
    }
    return order;
  }
}
