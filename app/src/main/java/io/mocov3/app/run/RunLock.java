package io.mocov3.app.run;

import io.mocov3.app.output.RunException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** One trainer at a time: a lock that the system takes back from a process that ends. */
public final class RunLock implements AutoCloseable {
  static final String FILE_NAME = ".lock";
  private static final long BETWEEN_LOOKS = Duration.ofMillis(500).toNanos();

  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Another trainer in the directory is waited for that long, after {@code waiting} has run.
   *
   * @param otherwise what to do, besides stopping it
   * @throws RunException when it is still there then
   */
  public static RunLock take(Path directory, Duration timeout, Runnable waiting, String otherwise)
      throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(FILE_NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    long begin = System.nanoTime();
    boolean told = false;
    while (!isLocked(channel)) {
      if (System.nanoTime() - begin >= timeout.toNanos()) {
        channel.close();
        throw new RunException(
            directory + " is in use by another trainer; stop it, or " + otherwise);
      }
      if (!told) {
        waiting.run();
        told = true;
      }
      LockSupport.parkNanos(BETWEEN_LOOKS);
    }
    return new RunLock(channel);
  }

  /** Whether a file is the lock of its folder. */
  public static boolean isLock(Path file) {
    return file.endsWith(FILE_NAME);
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
