package io.mocov3.augment.source;

import io.mocov3.augment.DataException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a data set lies on disk. */
public enum DataFormat {
  /** Recognised from what the path holds. */
  AUTO,
  /** Image files below a folder, nested as they come, without labels. */
  FOLDER,
  /** One folder per class with image files in it. */
  IMAGE_FOLDER,
  /** The MNIST family's files, plain or gzip. */
  IDX,
  /** CIFAR's binary files. */
  CIFAR_BINARY,
  /** A CSV or TSV file that names images and labels. */
  LIST,
  /** Tar shards, on disk or behind a URL. */
  WEBDATASET,
  /** The built-in images, written on first use. */
  SHAPES;

  /** The name in kebab case, such as {@code image-folder}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads the kebab-case name.
   *
   * @throws DataException for any other text
   */
  public static DataFormat parse(String text) {
    return Arrays.stream(values())
        .filter(format -> format.label().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new DataException(
                    "data format \""
                        + text
                        + "\" is not one of "
                        + Arrays.stream(values())
                            .map(DataFormat::label)
                            .collect(Collectors.joining(", "))));
  }
}
