package io.mocov3.app.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real file system of a few megabytes that can be filled. */
public final class SmallDisk implements AutoCloseable {
  private final Path path;

  private SmallDisk(Path path) {
    this.path = path;
  }

  /** The test is skipped where nothing can be mounted. */
  public static SmallDisk mount(Path at, int mebibytes) throws Exception {
    Files.createDirectories(at);
    assumeTrue(
        command("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", at.toString())
            == 0,
        "a tmpfs cannot be mounted here, which needs root");
    return new SmallDisk(at);
  }

  public Path path() {
    return path;
  }

  /** Leaves no room, but in the last blocks of files that are there. */
  public void fill() throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(path.resolve("filler"))) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
    }
  }

  public void free() throws IOException {
    Files.delete(path.resolve("filler"));
  }

  @Override
  public void close() throws Exception {
    command("umount", "-l", path.toString());
  }

  private static int command(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
