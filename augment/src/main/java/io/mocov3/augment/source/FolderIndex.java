package io.mocov3.augment.source;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The image files below a folder, kept in a file of its own: the next time only folders that have
 * changed since are listed again. A folder's time of change tells; one that changed within the last
 * seconds before it was listed may change again unnoticed, so it is not kept.
 */
final class FolderIndex {
  private static final String HEADER = "mocov3 folder index 1";
  private static final long SETTLED_NANOS = 3_000_000_000L;
  private static final Set<String> EXTENSIONS =
      Set.of("jpg", "jpeg", "png", "webp", "bmp", "ppm", "pgm", "tif", "tiff");

  private final Path root;
  private final Map<String, Folder> known;
  private final Map<String, Folder> seen = new HashMap<>();
  private boolean changed;

  /** What lies in one folder, sorted; {@code time} of 0 is not to be relied on. */
  private record Folder(long time, List<String> images, List<String> folders) {}

  private FolderIndex(Path root, Map<String, Folder> known) {
    this.root = root;
    this.known = known;
  }

  /**
   * The paths of all images, relative to the root with slashes, by the first folder of their path;
   * both sorted. Folders whose name begins with a dot are left out, and images beside them.
   */
  static Map<String, List<String>> imagesByClass(Path root, Optional<Path> cache)
      throws IOException {
    FolderIndex index = of(root, cache);
    Map<String, List<String>> classes = new LinkedHashMap<>();
    for (String name : index.folder("").folders) {
      List<String> images = new ArrayList<>();
      index.collect(name, images);
      images.sort(null);
      classes.put(name, images);
    }
    index.keep(cache);
    return classes;
  }

  /** The paths of all images below the root at any depth, relative to it with slashes, sorted. */
  static List<String> images(Path root, Optional<Path> cache) throws IOException {
    FolderIndex index = of(root, cache);
    List<String> images = new ArrayList<>();
    index.collect("", images);
    images.sort(null);
    index.keep(cache);
    return images;
  }

  /** Whether images lie in the folder itself, or there is no folder in it that could be a class. */
  static boolean isWithoutClasses(Path root) throws IOException {
    Folder top = list(root, 0);
    return top.folders.isEmpty() || !top.images.isEmpty();
  }

  private static FolderIndex of(Path root, Optional<Path> cache) {
    Optional<Path> file = cache.map(folder -> file(folder, root));
    return new FolderIndex(root, file.map(FolderIndex::load).orElseGet(Map::of));
  }

  private static Path file(Path cache, Path root) {
    return CacheFiles.named(cache, "folder", root);
  }

  private void keep(Optional<Path> cache) {
    if (changed || seen.size() != known.size()) {
      cache.ifPresent(folder -> save(file(folder, root)));
    }
  }

  /** Whether a file's name is one of an image. */
  static boolean isImage(String name) {
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return !name.startsWith(".") && EXTENSIONS.contains(extension.toLowerCase(Locale.ROOT));
  }

  private void collect(String path, List<String> images) throws IOException {
    Folder folder = folder(path);
    String prefix = path.isEmpty() ? "" : path + "/";
    for (String name : folder.images) {
      images.add(prefix + name);
    }
    for (String name : folder.folders) {
      collect(prefix + name, images);
    }
  }

  private Folder folder(String path) throws IOException {
    Path folder = root.resolve(path);
    long time =
        Files.readAttributes(folder, BasicFileAttributes.class)
            .lastModifiedTime()
            .to(TimeUnit.NANOSECONDS);
    Folder kept = known.get(path);
    if (kept == null || kept.time == 0 || kept.time != time) {
      kept = list(folder, time);
      changed = true;
    }
    seen.put(path, kept);
    return kept;
  }

  private static Folder list(Path folder, long time) throws IOException {
    long now = System.currentTimeMillis() * 1_000_000;
    List<String> images = new ArrayList<>();
    List<String> folders = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (isImage(name)) {
          images.add(name);
        } else if (!name.startsWith(".") && Files.isDirectory(entry)) {
          folders.add(name);
        }
      }
    }
    images.sort(null);
    folders.sort(null);
    return new Folder(now - time > SETTLED_NANOS ? time : 0, images, folders);
  }

  private static Map<String, Folder> load(Path file) {
    Map<String, Folder> folders = new HashMap<>();
    try (BufferedReader reader =
        CacheFiles.reader(new GZIPInputStream(Files.newInputStream(file), 1 << 16))) {
      if (!HEADER.equals(reader.readLine())) {
        return Map.of();
      }
      Folder current = new Folder(0, new ArrayList<>(), new ArrayList<>());
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String value = line.substring(1);
        switch (line.charAt(0)) {
          case '@' -> {
            int tab = value.indexOf('\t');
            long time = Long.parseLong(value.substring(0, tab));
            current = new Folder(time, new ArrayList<>(), new ArrayList<>());
            folders.put(value.substring(tab + 1), current);
          }
          case '/' -> current.folders.add(value);
          default -> current.images.add(value);
        }
      }
      return folders;
    } catch (IOException | RuntimeException unusable) {
      // an index that cannot be read is made anew
      return Map.of();
    }
  }

  /** A cache that cannot be written costs time, not the run. */
  private void save(Path file) {
    Path aside = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
    try {
      Files.createDirectories(file.getParent());
      try (BufferedWriter out =
          new BufferedWriter(
              new OutputStreamWriter(
                  new GZIPOutputStream(Files.newOutputStream(aside), 1 << 16),
                  StandardCharsets.UTF_8))) {
        out.write(HEADER + "\n");
        for (Map.Entry<String, Folder> entry : seen.entrySet()) {
          write(out, entry.getKey(), entry.getValue());
        }
      }
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException unwritable) {
      CacheFiles.deleteQuietly(aside);
    }
  }

  private static void write(BufferedWriter out, String path, Folder folder) throws IOException {
    boolean plain =
        !path.contains("\n")
            && folder.images.stream().noneMatch(name -> name.contains("\n"))
            && folder.folders.stream().noneMatch(name -> name.contains("\n"));
    if (!plain) {
      return;
    }
    out.write("@" + folder.time + "\t" + path + "\n");
    for (String name : folder.folders) {
      out.write("/" + name + "\n");
    }
    for (String name : folder.images) {
      out.write(" " + name + "\n");
    }
  }
}
