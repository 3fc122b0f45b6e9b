package io.mocov3.augment.batch;

/** The order in which an epoch visits samples: a pure function of (seed, epoch). */
public interface EpochOrder {
  /** Samples in an epoch. */
  int length();

  /** The samples of an epoch, {@link #length()} of them; a new array. */
  int[] indices(long seed, long epoch);

  /** Says which samples are about to be read, in order; whoever streams them reads ahead. */
  default void announce(int[] visited) {}

  /** Every sample once, all orders equally likely. */
  static EpochOrder permutation(int size) {
    return new EpochOrder() {
      @Override
      public int length() {
        return size;
      }

      @Override
      public int[] indices(long seed, long epoch) {
        return Shuffle.permutation(size, CounterRandom.of(seed, epoch, Shuffle.STREAM, -1));
      }
    };
  }
}
