package io.mocov3.model.device;

import java.io.File;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch's libraries, unpacked by one process while others wait. The loader locks each library by
 * itself, but opens some that need another one: of two processes that are the first on a machine,
 * one may open a library that the other has half written, and dies of SIGBUS.
 */
final class Natives {
  /** Needs all others, and so is unpacked after them. */
  private static final String LAST = System.mapLibraryName("jnitorch");

  private Natives() {}

  /** The first thing that a process does with libtorch. */
  static void load() {
    try {
      if (areFiles() || areUnpacked()) {
        Loader.load(torch.class);
      } else {
        unpackInTurn();
      }
    } catch (IOException e) {
      // without files or locks each for itself, and the loader says what it lacks
      unpack();
    }
  }

  private static void unpackInTurn() throws IOException {
    try (FileChannel turn =
        FileChannel.open(
            Loader.getCacheDir().toPath().resolve(".mocov3.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      turn.lock();
      unpack();
    }
  }

  private static void unpack() {
    GpuNatives.unpack();
    Loader.load(torch.class);
  }

  /** As the distribution has them, whose launcher says so. */
  private static boolean areFiles() {
    return "false".equals(System.getProperty("org.bytedeco.javacpp.cacheLibraries"));
  }

  private static boolean areUnpacked() throws IOException {
    URL last = torch.class.getResource(GpuNatives.folder() + LAST);
    if (last == null || !(last.openConnection() instanceof JarURLConnection connection)) {
      return false;
    }
    JarFile jar = connection.getJarFile();
    JarEntry entry = connection.getJarEntry();
    File folder = new File(Loader.getCacheDir(), new File(jar.getName()).getName());
    File unpacked = new File(folder, entry.getName());
    return unpacked.length() == entry.getSize() && unpacked.lastModified() == entry.getTime();
  }
}
