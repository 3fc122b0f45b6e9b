package io.mocov3.augment.batch;

/** Uniform permutations (Fisher and Yates). */
public final class Shuffle {
  /** Keeps the numbers of orders apart from those of samples, which are not negative. */
  public static final long STREAM = -1;

  private Shuffle() {}

  static int[] permutation(int size, CounterRandom random) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Shuffles {@code [from, to)} in place. */
  public static void shuffle(int[] values, int from, int to, CounterRandom random) {
    for (int i = to - 1; i > from; i--) {
      int j = from + random.nextInt(i - from + 1);
      int kept = values[i];
      values[i] = values[j];
      values[j] = kept;
    }
  }
}
