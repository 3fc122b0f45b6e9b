package io.mocov3.augment.codec;

import static org.bytedeco.opencv.global.opencv_core.setNumThreads;

/** Loads OpenCV once and takes its own threads away: the pipeline already uses every core. */
public final class OpenCv {
  private static final boolean READY = load();

  private OpenCv() {}

  public static boolean ready() {
    return READY;
  }

  private static boolean load() {
    setNumThreads(0);
    return true;
  }
}
