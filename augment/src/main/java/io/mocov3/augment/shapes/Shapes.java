package io.mocov3.augment.shapes;

import io.mocov3.augment.DataException;
import io.mocov3.augment.batch.CounterRandom;
import io.mocov3.augment.source.ImageFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The built-in data set: ten silhouettes in grey JPEG files, {@code train/<class>/NNNNN.jpg} and
 * {@code test/<class>/NNNNN.jpg}. What varies within a class is what the views vary or destroy
 * anyway; there is no colour, which instance discrimination would learn instead of the shape.
 */
public final class Shapes {
  private static final String MARKER = "shapes.txt";
  private static final int JPEG_QUALITY = 92;

  private Shapes() {}

  /** Writes the images unless they are there. */
  public static void ensure(Path folder, ShapesConfig config) {
    ensure(folder, config, ShapeStyle.defaults());
  }

  /**
   * Writes the images unless they are there: into a folder aside, renamed when complete, so an
   * interrupted call leaves nothing half done.
   *
   * @throws DataException when the folder holds anything else
   */
  public static synchronized void ensure(Path folder, ShapesConfig config, ShapeStyle style) {
    Path target = folder.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (parent == null) {
      throw new DataException(folder + " is the root; give a folder of its own for the shapes");
    }
    String description = config + "\n" + style + "\n";
    try {
      if (isComplete(target, description)) {
        return;
      }
      Files.createDirectories(parent);
      Path lockFile = parent.resolve("." + target.getFileName() + ".lock");
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (lock.isValid() && !isComplete(target, description)) {
          generate(target, config, style, description);
        }
        Files.deleteIfExists(lockFile);
      }
    } catch (IOException | UncheckedIOException failure) {
      throw new DataException(
          folder + " cannot be written (" + failure.getMessage() + "); choose another folder",
          failure);
    }
  }

  private static boolean isComplete(Path folder, String description) throws IOException {
    Path marker = folder.resolve(MARKER);
    if (!Files.exists(marker)) {
      return false;
    }
    if (!Files.readString(marker).equals(description)) {
      throw new DataException(
          folder + " holds shapes of other settings; remove it or choose another folder");
    }
    return true;
  }

  private static void generate(
      Path target, ShapesConfig config, ShapeStyle style, String description) throws IOException {
    if (Files.exists(target) && !isEmpty(target)) {
      throw new DataException(
          target + " is not empty and not a set of shapes; choose another folder");
    }
    Path aside = target.resolveSibling("." + target.getFileName() + ".partial");
    delete(aside);
    ShapePainter painter = new ShapePainter(config.size(), style);
    write(aside.resolve("train"), config.trainImages(), config, painter, 0);
    write(aside.resolve("test"), config.testImages(), config, painter, 1);
    Files.writeString(aside.resolve(MARKER), description);
    Files.deleteIfExists(target);
    Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void write(
      Path folder, int images, ShapesConfig config, ShapePainter painter, int set)
      throws IOException {
    List<ShapeOutline> outlines = ShapeOutline.ALL;
    for (ShapeOutline outline : outlines) {
      Files.createDirectories(folder.resolve(outline.label()));
    }
    IntStream.range(0, images)
        .parallel()
        .forEach(
            i -> {
              ShapeOutline outline = outlines.get(i % outlines.size());
              CounterRandom random = CounterRandom.of(config.seed(), set, i, 0);
              byte[] grey = painter.paint(outline, random);
              byte[] jpeg = ImageFiles.greyJpeg(grey, config.size(), config.size(), JPEG_QUALITY);
              Path file = folder.resolve(outline.label()).resolve("%05d.jpg".formatted(i));
              try {
                Files.write(file, jpeg);
              } catch (IOException failure) {
                throw new UncheckedIOException(failure);
              }
            });
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }
}
