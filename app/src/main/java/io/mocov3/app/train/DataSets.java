package io.mocov3.app.train;

import io.mocov3.app.settings.Settings;
import io.mocov3.app.settings.SettingsException;
import io.mocov3.augment.DataFormat;
import io.mocov3.augment.ImageSource;
import io.mocov3.augment.ImageSources;
import io.mocov3.augment.Shapes;
import java.nio.file.Path;
import java.util.Optional;

/** The training images and, if given, the test images of an experiment. */
public record DataSets(ImageSource train, Optional<ImageSource> test) implements AutoCloseable {

  /**
   * Opens both, writing the built-in images first where they are asked for.
   *
   * @throws SettingsException when no training images are named, or the classes differ
   */
  public static DataSets open(Settings.Data data) {
    Path train =
        data.train()
            .orElseThrow(
                () ->
                    new SettingsException(
                        "data.train is empty; give a folder of class folders or an IDX file, in the"
                            + " file or with --set data.train=PATH"));
    if (data.format() == DataFormat.SHAPES) {
      writeShapes(train, data);
    }
    DataFormat format =
        data.format() == DataFormat.SHAPES ? DataFormat.IMAGE_FOLDER : data.format();
    ImageSource images = ImageSources.open(train, format, data.maxPixels());
    Optional<ImageSource> test =
        data.test().map(path -> ImageSources.open(path, format, data.maxPixels()));
    test.ifPresent(labelled -> requireSameClasses(images, labelled, data));
    return new DataSets(images, test);
  }

  private static void writeShapes(Path train, Settings.Data data) {
    Path folder = train.toAbsolutePath().normalize().getParent();
    if (folder == null || !train.endsWith("train")) {
      throw new SettingsException(
          "data.train = %s: format shapes writes <folder>/train and <folder>/test, so the path must"
                  .formatted(train)
              + " end in train");
    }
    Shapes.ensure(folder, data.shapes());
  }

  private static void requireSameClasses(ImageSource train, ImageSource test, Settings.Data data) {
    if (!train.classNames().equals(test.classNames())) {
      throw new SettingsException(
          "the classes of data.train %s (%d) and data.test %s (%d) differ; kNN needs the same ones"
              .formatted(
                  data.train().orElseThrow(),
                  train.classNames().size(),
                  data.test().orElseThrow(),
                  test.classNames().size()));
    }
  }

  @Override
  public void close() {
    train.close();
    test.ifPresent(ImageSource::close);
  }
}
