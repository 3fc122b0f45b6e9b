package io.mocov3.augment;

import static org.bytedeco.opencv.global.opencv_core.setNumThreads;

/** Loads OpenCV once and takes its own threads away: the pipeline already uses every core. */
final class OpenCv {
  private static final boolean READY = load();

  private OpenCv() {}

  static boolean ready() {
    return READY;
  }

  private static boolean load() {
    setNumThreads(0);
    return true;
  }
}
