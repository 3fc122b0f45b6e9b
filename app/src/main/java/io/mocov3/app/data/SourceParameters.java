package io.mocov3.app.data;

import io.mocov3.augment.DataFormat;
import io.mocov3.augment.ImageSource;
import io.mocov3.augment.ImageSources;
import io.mocov3.augment.SourceOptions;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A data set named on the command line. */
final class SourceParameters {
  @Parameters(
      paramLabel = "DATA",
      description =
          "A folder of class folders, a list, an IDX or CIFAR file, or shards (path or URL with"
              + " {000000..000146}).")
  String location;

  @Option(
      names = "--format",
      defaultValue = "auto",
      description = "auto, image-folder, list, idx, cifar-binary, webdataset or shapes.")
  private String format;

  ImageSource open() {
    return ImageSources.open(location, DataFormat.parse(format), SourceOptions.defaults());
  }
}
