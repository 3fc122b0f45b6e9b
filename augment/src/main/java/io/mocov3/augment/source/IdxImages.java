package io.mocov3.augment.source;

import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The MNIST family's grey images: {@code <set>-images-idx3-ubyte} with {@code
 * <set>-labels-idx1-ubyte} beside it, each plain or gzip. Grey is copied to R, G and B.
 */
public final class IdxImages implements ImageSource {
  private static final String IMAGES = "-images-idx3-ubyte";
  private static final String LABELS = "-labels-idx1-ubyte";

  private final String name;
  private final IdxFile images;
  private final IdxFile labels;
  private final List<String> classNames;

  private IdxImages(String name, IdxFile images, IdxFile labels) {
    this.name = name;
    this.images = images;
    this.labels = labels;
    int classes = 1 + IntStream.range(0, labels.length(0)).map(labels::at).max().orElse(0);
    this.classNames = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
  }

  /**
   * Reads the images file and the labels file beside it.
   *
   * @param path the images file, or a folder that holds exactly one
   * @throws DataException when a file is missing, malformed, or the counts differ
   */
  public static IdxImages open(Path path) {
    Path file = Files.isDirectory(path) ? onlyImagesFile(path) : path;
    IdxFile images = IdxFile.read(file, 3);
    Path labelsFile = labelsFile(file);
    IdxFile labels = IdxFile.read(labelsFile, 1);
    if (labels.length(0) != images.length(0)) {
      throw new DataException(
          "%s has %d labels but %s has %d images; the two files must belong together"
              .formatted(labelsFile, labels.length(0), file.getFileName(), images.length(0)));
    }
    String name = file.getFileName().toString().replaceFirst("-idx3-ubyte(\\.gz)?$", "");
    return new IdxImages(name, images, labels);
  }

  /** Whether a file's name follows the convention for images. */
  static boolean isImagesFile(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(IMAGES) || name.endsWith(IMAGES + ".gz");
  }

  public static List<Path> imagesFiles(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(IdxImages::isImagesFile).sorted().toList();
    } catch (IOException failure) {
      throw new DataException(folder + " cannot be listed: " + failure.getMessage(), failure);
    }
  }

  @Override
  public int size() {
    return images.length(0);
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public int label(int index) {
    return labels.at(index);
  }

  @Override
  public String id(int index) {
    return name + "#" + index;
  }

  @Override
  public Decoded decode(int index, Canvas canvas) {
    int height = images.length(1);
    int width = images.length(2);
    byte[] pixels = new byte[3 * width * height];
    int start = index * width * height;
    for (int i = 0; i < width * height; i++) {
      byte grey = (byte) images.at(start + i);
      pixels[3 * i] = grey;
      pixels[3 * i + 1] = grey;
      pixels[3 * i + 2] = grey;
    }
    return canvas.paint(id(index), width, height, pixels);
  }

  @Override
  public void close() {}

  private static Path onlyImagesFile(Path folder) {
    List<Path> files = imagesFiles(folder);
    if (files.size() == 1) {
      return files.getFirst();
    }
    throw new DataException(
        files.isEmpty()
            ? folder + " has no file named *" + IMAGES + "[.gz]; give the path of the images file"
            : folder
                + " has several image files; give the path of one of "
                + String.join(", ", files.stream().map(f -> f.getFileName().toString()).toList()));
  }

  private static Path labelsFile(Path images) {
    String name = images.getFileName().toString();
    if (!isImagesFile(images)) {
      throw new DataException(
          images + " is not named *" + IMAGES + "[.gz], so its labels file cannot be found");
    }
    String plain = name.replace(".gz", "").replace(IMAGES, LABELS);
    Path labels = images.resolveSibling(plain);
    Path compressed = images.resolveSibling(plain + ".gz");
    if (!Files.exists(labels) && !Files.exists(compressed)) {
      throw new DataException(
          images + " has no labels beside it; put " + plain + "[.gz] into the same folder");
    }
    return Files.exists(labels) ? labels : compressed;
  }
}
