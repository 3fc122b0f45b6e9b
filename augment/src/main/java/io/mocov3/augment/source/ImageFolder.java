package io.mocov3.augment.source;

import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.codec.ImageCodec;
import io.mocov3.augment.codec.NeededRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Image files below a folder at any depth: without labels, or with one folder per class. Classes
 * and files are sorted by name, so the order does not depend on the file system.
 */
public final class ImageFolder implements ImageSource {
  private final Path root;
  private final List<String> classNames;
  private final List<String> ids;
  private final int[] labels;
  private final long pixelLimit;
  private final FileStorage storage;

  private ImageFolder(
      Path root, List<String> classNames, List<String> ids, int[] labels, long pixelLimit) {
    this.root = root;
    this.classNames = List.copyOf(classNames);
    this.ids = ids;
    this.labels = labels;
    this.pixelLimit = pixelLimit;
    this.storage =
        new FileStorage(List.of(root), ids.size(), index -> root.resolve(ids.get(index)));
  }

  /** Lists a folder; nothing is decoded and nothing is remembered. */
  public static ImageFolder open(Path root, long pixelLimit) {
    return open(root, pixelLimit, Optional.empty());
  }

  /**
   * Lists a folder; nothing is decoded.
   *
   * @param cache folder for what is remembered until the next time
   * @throws DataException when there is no folder, no class folder or no image
   */
  public static ImageFolder open(Path root, long pixelLimit, Optional<Path> cache) {
    if (!Files.isDirectory(root)) {
      throw new DataException(root + " is not a folder; give one with a sub-folder per class");
    }
    List<String> classes = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    List<Integer> starts = new ArrayList<>();
    try {
      FolderIndex.imagesByClass(root, cache)
          .forEach(
              (name, images) -> {
                starts.add(ids.size());
                classes.add(name);
                ids.addAll(images);
              });
    } catch (IOException failure) {
      throw unlistable(root, failure);
    }
    if (classes.isEmpty()) {
      throw new DataException(
          root
              + " has no sub-folders; image-folder wants one folder of images per class, folder none");
    }
    if (ids.isEmpty()) {
      throw new DataException(
          root
              + " has "
              + classes.size()
              + " class folders but no image in them; image files end in .jpg, .png, .webp, .bmp");
    }
    return new ImageFolder(root, classes, ids, labels(starts, ids.size()), pixelLimit);
  }

  /** Whether a folder has no class folders: then its images are taken without labels. */
  public static boolean isWithoutClasses(Path root) {
    try {
      return FolderIndex.isWithoutClasses(root);
    } catch (IOException failure) {
      throw unlistable(root, failure);
    }
  }

  /**
   * Lists a folder whose images have no labels, nested as they come; nothing is decoded.
   *
   * @param cache folder for what is remembered until the next time
   * @throws DataException when there is no folder or no image
   */
  public static ImageFolder unlabelled(Path root, long pixelLimit, Optional<Path> cache) {
    if (!Files.isDirectory(root)) {
      throw new DataException(root + " is not a folder; give one with images below it");
    }
    try {
      List<String> ids = FolderIndex.images(root, cache);
      if (ids.isEmpty()) {
        throw new DataException(
            root + " has no image below it; image files end in .jpg, .png, .webp, .bmp");
      }
      int[] labels = new int[ids.size()];
      Arrays.fill(labels, NO_LABEL);
      return new ImageFolder(root, List.of(), ids, labels, pixelLimit);
    } catch (IOException failure) {
      throw unlistable(root, failure);
    }
  }

  private static DataException unlistable(Path root, IOException failure) {
    return new DataException(root + " cannot be listed: " + failure.getMessage(), failure);
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public String id(int index) {
    return ids.get(index);
  }

  @Override
  public Optional<Path> file(int index) {
    return Optional.of(root.resolve(ids.get(index)));
  }

  @Override
  public Decoded decode(int index, Canvas canvas) {
    return decode(index, canvas, NeededRows.ALL);
  }

  @Override
  public Decoded decode(int index, Canvas canvas, NeededRows needed) {
    String id = ids.get(index);
    try {
      return ImageCodec.read(root.resolve(id), id, pixelLimit, Optional.empty(), canvas, needed);
    } catch (IOException failure) {
      return storage.unreadable(index, id, failure);
    }
  }

  @Override
  public void requireAvailable() {
    storage.requireAvailable();
  }

  @Override
  public void close() {}

  private static int[] labels(List<Integer> starts, int size) {
    int[] labels = new int[size];
    for (int label = 1; label < starts.size(); label++) {
      Arrays.fill(labels, starts.get(label), size, label);
    }
    return labels;
  }
}
