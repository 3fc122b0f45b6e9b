package io.mocov3.model.device;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch's libraries, unpacked and loaded by one process after the other. The loader locks each
 * library by itself, but opens some that need another one: of two processes that are the first on a
 * machine, one may open a library that the other has half written, and dies of SIGBUS.
 */
final class Natives {
  private Natives() {}

  /** The first thing that a process does with libtorch. */
  static void load() {
    if (areFiles()) {
      Loader.load(torch.class);
      return;
    }
    try (FileChannel turn =
        FileChannel.open(
            Loader.getCacheDir().toPath().resolve(".mocov3.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      turn.lock();
      unpackAndLoad();
    } catch (IOException e) {
      // Where no file can be made, nothing can be unpacked either, or all is there already.
      unpackAndLoad();
    }
  }

  private static void unpackAndLoad() {
    GpuNatives.unpack();
    Loader.load(torch.class);
  }

  /** As the distribution has them, whose launcher says so. */
  private static boolean areFiles() {
    return "false".equals(System.getProperty("org.bytedeco.javacpp.cacheLibraries"));
  }
}
