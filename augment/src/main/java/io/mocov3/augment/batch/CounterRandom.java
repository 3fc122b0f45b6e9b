package io.mocov3.augment.batch;

/**
 * Random numbers without hidden state: number n of a stream is a hash of its key and n, so a draw
 * depends on (seed, epoch, sample, view, operation) and never on threads or history.
 *
 * <p>SplitMix64 (Steele, Lea and Flood, 2014): the key is a chain of its finaliser over the four
 * parts, the n-th output is the finaliser of key + n times the golden gamma.
 */
public final class CounterRandom {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final double DOUBLE_UNIT = 0x1.0p-53;

  private final long key;
  private long counter;

  private CounterRandom(long key) {
    this.key = key;
  }

  /** The stream of one view of one sample in one epoch. */
  public static CounterRandom of(long seed, long epoch, long sample, long view) {
    return new CounterRandom(absorb(absorb(absorb(absorb(0, seed), epoch), sample), view));
  }

  /** A stream of its own below this one, wherever this one is; the same part, the same stream. */
  public CounterRandom below(long part) {
    return new CounterRandom(absorb(key, part));
  }

  /** 64 random bits. */
  public long nextLong() {
    counter++;
    return mix(key + counter * GOLDEN_GAMMA);
  }

  /** Uniform in [0, 1), 53 bits. */
  public double nextDouble() {
    return (nextLong() >>> 11) * DOUBLE_UNIT;
  }

  /** Uniform in [low, high). */
  public double uniform(double low, double high) {
    return low + (high - low) * nextDouble();
  }

  /** True with the given probability; always takes one number. */
  public boolean chance(double probability) {
    return nextDouble() < probability;
  }

  /**
   * Uniform in 0 .. bound - 1, without bias (Lemire, 2019).
   *
   * @throws IllegalArgumentException when the bound is not positive
   */
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound must be positive, not " + bound);
    }
    long threshold = (1L << 32) % bound;
    while (true) {
      long product = (nextLong() >>> 32) * bound;
      if ((product & 0xFFFFFFFFL) >= threshold) {
        return (int) (product >>> 32);
      }
    }
  }

  /** Standard normal (Box and Muller); takes two numbers. */
  public double nextGaussian() {
    double radius = Math.sqrt(-2 * Math.log(1 - nextDouble()));
    return radius * Math.cos(2 * Math.PI * nextDouble());
  }

  private static long absorb(long key, long part) {
    return mix((key ^ part) + GOLDEN_GAMMA);
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
