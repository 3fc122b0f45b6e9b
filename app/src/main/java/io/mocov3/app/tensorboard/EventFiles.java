package io.mocov3.app.tensorboard;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The event files of a folder: one for each process, which TensorBoard reads by their names. */
final class EventFiles {
  private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{10})\\..*");

  private EventFiles() {}

  /** A new file in the folder, which is made where its own folder is there. */
  static RecordFile begin(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(folder);
    }
    Path path = next(folder);
    RecordFile file = new RecordFile(path);
    try {
      file.append(EventMessage.version(now()));
      return file;
    } catch (IOException e) {
      file.close();
      Files.deleteIfExists(path);
      throw e;
    }
  }

  /** A name that comes after those that are there, whatever the clock says. */
  private static Path next(Path folder) throws IOException {
    long seconds = Math.max(Instant.now().getEpochSecond(), newest(folder) + 1);
    return folder.resolve(
        "events.out.tfevents.%010d.%s.%d"
            .formatted(seconds, host(), ProcessHandle.current().pid()));
  }

  private static long newest(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> NAME.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .mapToLong(name -> Long.parseLong(name.group(1)))
          .max()
          .orElse(0);
    }
  }

  static double now() {
    return System.currentTimeMillis() / 1e3;
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
