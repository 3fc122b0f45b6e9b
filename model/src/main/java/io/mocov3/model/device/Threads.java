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
    GpuNatives.unpack();
    count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    adopt();
  }

  /** Gives the calling thread the configured number; the first thing a thread does. */
  public static synchronized void adopt() {
    torch.set_num_threads(count);
  }

  /**
   * Whether two threads that call libtorch at the same time both get on: each has a pool of its own
   * on a CPU, and two pools on the cores of one are slower than one after the other.
   */
  public static synchronized boolean suffice(Placement placement) {
    return placement.isCuda() || 2 * count <= Runtime.getRuntime().availableProcessors();
  }

  public static synchronized int count() {
    return count;
  }
}
