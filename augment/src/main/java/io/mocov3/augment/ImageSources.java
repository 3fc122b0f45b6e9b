package io.mocov3.augment;

import java.nio.file.Files;
import java.nio.file.Path;

/** Opens a data set from its path. */
public final class ImageSources {
  private ImageSources() {}

  /** Opens with the default pixel limit. */
  public static ImageSource open(Path path, DataFormat format) {
    return open(path, format, ImageCodec.DEFAULT_PIXEL_LIMIT);
  }

  /**
   * Opens a data set. {@code AUTO}: a file is IDX, a folder with {@code *-images-idx3-ubyte} files
   * is IDX, any other folder is an image folder. {@code SHAPES}: the path is {@code <dir>/train} or
   * {@code <dir>/test}, written with the default settings when absent.
   *
   * @throws DataException when there is no usable data set, in one line
   */
  public static ImageSource open(Path path, DataFormat format, long pixelLimit) {
    if (format != DataFormat.SHAPES && !Files.exists(path)) {
      throw new DataException(path + " does not exist; give a folder of classes or an IDX file");
    }
    return switch (format) {
      case AUTO -> open(path, detect(path), pixelLimit);
      case IMAGE_FOLDER -> ImageFolder.open(path, pixelLimit);
      case IDX -> IdxImages.open(path);
      case SHAPES -> shapes(path, pixelLimit);
    };
  }

  private static DataFormat detect(Path path) {
    boolean idx = !Files.isDirectory(path) || !IdxImages.imagesFiles(path).isEmpty();
    return idx ? DataFormat.IDX : DataFormat.IMAGE_FOLDER;
  }

  private static ImageSource shapes(Path path, long pixelLimit) {
    Path absolute = path.toAbsolutePath().normalize();
    String name = String.valueOf(absolute.getFileName());
    if (!name.equals("train") && !name.equals("test")) {
      throw new DataException(path + " must end in train or test when the format is shapes");
    }
    Shapes.ensure(absolute.getParent(), ShapesConfig.defaults());
    return ImageFolder.open(absolute, pixelLimit);
  }
}
