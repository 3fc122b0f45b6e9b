package io.mocov3.app.data;

import io.mocov3.augment.dataset.ImageSources;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.source.SourceOptions;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A data set named on the command line. */
public final class SourceParameters {
  @Parameters(
      paramLabel = "DATA",
      description =
          "A folder of images or of class folders, a list, an IDX or CIFAR file, or shards (path or URL with"
              + " {000000..000146}).")
  String location;

  @Option(
      names = "--format",
      defaultValue = "auto",
      description = "auto, folder, image-folder, list, idx, cifar-binary, webdataset or shapes.")
  private String format;

  public ImageSource open() {
    return ImageSources.open(location, DataFormat.parse(format), SourceOptions.defaults());
  }
}
