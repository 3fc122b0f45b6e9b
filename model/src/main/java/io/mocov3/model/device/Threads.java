package io.mocov3.model.device;

import org.bytedeco.pytorch.global.torch;

/**
 * libtorch's threads on the CPU. Every thread that calls libtorch must use the same number:
 * OpenBLAS resizes one pool for the whole process when it sees another number, and two threads that
 * disagree corrupt it.
 */
public final class Threads {
  private static int count = Runtime.getRuntime().availableProcessors();

  private Threads() {}

  /** The number for the whole process, to be set before the first tensor; 0 takes all cores. */
  public static synchronized void configure(int threads) {
    Natives.load();
    count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    adopt();
  }

  /** Gives the calling thread the configured number; the first thing a thread does. */
  public static synchronized void adopt() {
    torch.set_num_threads(count);
  }

  /**
   * Whether two threads may well call libtorch at the same time. On a CPU each has a pool of its
   * own, and where the cores are those of one pool, one call after the other is faster.
   */
  public static synchronized boolean twoPoolsFit(Placement placement) {
    return placement.isCuda() || 2 * count <= Runtime.getRuntime().availableProcessors();
  }

  public static synchronized int count() {
    return count;
  }
}
