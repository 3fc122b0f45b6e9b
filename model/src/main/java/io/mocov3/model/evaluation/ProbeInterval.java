package io.mocov3.model.evaluation;

/** How often a network can be looked at for a small share of the time of training. */
public final class ProbeInterval {

  /** A forward of one image against a step's eight (two views, forward and backward, and keys). */
  private static final double FORWARDS_OF_A_STEP = 8;

  private static final double SHARE_OF_TIME = 0.01;

  /** Beside its forwards a probe searches the queue. */
  private static final double MARGIN = 1.5;

  private static final long SHORTEST = 10;

  private ProbeInterval() {}

  /** Steps between two live probes of so many images, so that they take about 1 % of the time. */
  public static long steps(long images, int batchSize) {
    double cost = MARGIN * images / (FORWARDS_OF_A_STEP * batchSize);
    return Math.max(SHORTEST, (long) Math.ceil(cost / SHARE_OF_TIME));
  }
}
