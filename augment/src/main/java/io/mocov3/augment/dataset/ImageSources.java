package io.mocov3.augment.dataset;

import io.mocov3.augment.DataException;
import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.shapes.ShapesConfig;
import io.mocov3.augment.source.CifarImages;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.augment.source.IdxImages;
import io.mocov3.augment.source.ImageFolder;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.source.ListedImages;
import io.mocov3.augment.source.SourceOptions;
import io.mocov3.augment.webdataset.ShardedImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Opens a data set from where it lies. */
public final class ImageSources {
  private ImageSources() {}

  /**
   * Opens a data set. {@code AUTO} looks at the location: URLs and names that end in .tar, and
   * folders with .tar files, are WebDatasets; .csv and .tsv files are lists; .bin files, and
   * folders with those of CIFAR, are CIFAR; other files, and folders with {@code
   * *-images-idx3-ubyte}, are IDX; any other folder with class folders and no image beside them is
   * an image folder, one without is taken unlabelled. {@code SHAPES}: the path is {@code
   * <dir>/train} or {@code <dir>/test}, written with the default settings when absent.
   *
   * @throws DataException when there is no usable data set, in one line
   */
  public static ImageSource open(String location, DataFormat format, SourceOptions options) {
    DataFormat known = format == DataFormat.AUTO ? detect(location) : format;
    if (known == DataFormat.WEBDATASET) {
      return ShardedImages.open(location, options);
    }
    Path path = Path.of(location);
    if (known != DataFormat.SHAPES && !Files.exists(path)) {
      throw new DataException(
          path
              + " does not exist; give a folder of images or of classes, a list, an IDX or .bin file or shards");
    }
    return switch (known) {
      case IDX -> IdxImages.open(path);
      case CIFAR_BINARY -> CifarImages.open(path);
      case LIST -> ListedImages.open(path, options.pixelLimit());
      case SHAPES -> shapes(path, options);
      case FOLDER ->
          ImageFolder.unlabelled(path, options.pixelLimit(), Optional.of(options.cache()));
      default -> ImageFolder.open(path, options.pixelLimit(), Optional.of(options.cache()));
    };
  }

  private static DataFormat detect(String location) {
    if (ShardedImages.isShards(location)) {
      return DataFormat.WEBDATASET;
    }
    Path path = Path.of(location);
    if (!Files.isDirectory(path)) {
      return location.matches(".*\\.(csv|tsv)")
          ? DataFormat.LIST
          : location.endsWith(".bin") ? DataFormat.CIFAR_BINARY : DataFormat.IDX;
    }
    if (!IdxImages.imagesFiles(path).isEmpty()) {
      return DataFormat.IDX;
    }
    if (!CifarImages.trainingFiles(path).isEmpty()) {
      return DataFormat.CIFAR_BINARY;
    }
    if (ShardedImages.isFolderOfShards(path)) {
      return DataFormat.WEBDATASET;
    }
    return ImageFolder.isWithoutClasses(path) ? DataFormat.FOLDER : DataFormat.IMAGE_FOLDER;
  }

  private static ImageSource shapes(Path path, SourceOptions options) {
    Path absolute = path.toAbsolutePath().normalize();
    String name = String.valueOf(absolute.getFileName());
    if (!name.equals("train") && !name.equals("test")) {
      throw new DataException(path + " must end in train or test when the format is shapes");
    }
    Shapes.ensure(absolute.getParent(), ShapesConfig.defaults());
    return ImageFolder.open(absolute, options.pixelLimit(), Optional.of(options.cache()));
  }
}
