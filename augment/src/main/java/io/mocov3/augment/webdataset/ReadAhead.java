package io.mocov3.augment.webdataset;

import java.util.concurrent.atomic.AtomicIntegerArray;

/** Asks for the next shards of an epoch when one is entered, for each of them once. */
final class ReadAhead {
  private static final int SHARDS = 2;

  private final int[] next;
  private final AtomicIntegerArray entered;
  private final AtomicIntegerArray asked;

  /**
   * @param sequence the shards in the order in which they are entered; empty for no reading ahead
   */
  ReadAhead(int[] sequence, int shards) {
    next = new int[shards];
    entered = new AtomicIntegerArray(shards);
    asked = new AtomicIntegerArray(shards);
    for (int i = 0; i < sequence.length; i++) {
      next[sequence[i]] = i + 1 < sequence.length ? sequence[i + 1] : -1;
    }
  }

  /** A sample of this shard is read. */
  void entered(int shard, ShardStore store) {
    if (next.length == 0 || !entered.compareAndSet(shard, 0, 1)) {
      return;
    }
    int ahead = next[shard];
    for (int i = 0; i < SHARDS && ahead >= 0; i++) {
      if (entered.get(ahead) == 0 && asked.compareAndSet(ahead, 0, 1)) {
        store.soon(ahead);
      }
      ahead = next[ahead];
    }
  }
}
