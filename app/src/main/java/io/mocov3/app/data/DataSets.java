package io.mocov3.app.data;

import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.DataException;
import io.mocov3.augment.dataset.ImageSources;
import io.mocov3.augment.shapes.Shapes;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.source.MixedImages;
import io.mocov3.augment.webdataset.ShardedImages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The training images and, if given, the test images of an experiment and more probe sets. */
public record DataSets(
    ImageSource train, Optional<ImageSource> test, Map<String, ImageSource> probes)
    implements AutoCloseable {

  /**
   * Opens them with the probe sets of the live kNN.
   *
   * @throws SettingsException when no training images are named, or the classes differ
   */
  public static DataSets open(Settings settings) {
    Settings.Data data = settings.data();
    DataSets sets = open(data);
    Map<String, ImageSource> probes = new LinkedHashMap<>();
    for (Settings.Probe probe : settings.live().probes()) {
      ImageSource source =
          open("evaluation.live.probes " + probe.name(), probe.path(), probe.format(), data);
      probes.put(probe.name(), source);
      requireSameClasses(
          sets.train(), source, data, "evaluation.live.probes " + probe.name(), probe.path());
    }
    return new DataSets(sets.train(), sets.test(), probes);
  }

  /**
   * Opens training and test images, writing the built-in images first where they are asked for.
   *
   * @throws SettingsException when no training images are named, or the classes differ
   */
  public static DataSets open(Settings.Data data) {
    if (data.train().isEmpty() && data.mix().isEmpty()) {
      throw new SettingsException(
          "data.train is empty; give a folder of class folders, a list, an IDX file or shards, in"
              + " the file or with --set data.train=PATH");
    }
    if (data.format() == DataFormat.SHAPES && data.train().isPresent()) {
      writeShapes(data.train().get(), data);
    }
    DataFormat format =
        data.format() == DataFormat.SHAPES ? DataFormat.IMAGE_FOLDER : data.format();
    ImageSource images =
        data.train()
            .map(path -> open("data.train", path, format, data))
            .orElseGet(() -> mixed(data));
    Optional<ImageSource> test =
        data.test().map(path -> open("data.test", path, testFormat(format, path), data));
    test.ifPresent(
        labelled ->
            requireSameClasses(images, labelled, data, "data.test", data.test().orElseThrow()));
    return new DataSets(images, test, Map.of());
  }

  /** Shards for training may go with a folder for the test. */
  private static DataFormat testFormat(DataFormat format, String path) {
    boolean shards = ShardedImages.isShards(path) || ShardedImages.isFolderOfShards(Path.of(path));
    return format == DataFormat.WEBDATASET && !shards ? DataFormat.AUTO : format;
  }

  private static ImageSource open(String key, String path, DataFormat format, Settings.Data data) {
    try {
      return ImageSources.open(path, format, data.sources());
    } catch (DataException e) {
      throw new DataException(key + ": " + e.getMessage(), e);
    }
  }

  private static ImageSource mixed(Settings.Data data) {
    List<ImageSource> parts = new ArrayList<>();
    for (Settings.Part part : data.mix()) {
      parts.add(open("data.mix[" + parts.size() + "]", part.path(), part.format(), data));
    }
    return new MixedImages(parts, data.mix().stream().map(Settings.Part::weight).toList());
  }

  private static void writeShapes(String train, Settings.Data data) {
    Path folder = Path.of(train).toAbsolutePath().normalize().getParent();
    if (folder == null || !Path.of(train).endsWith("train")) {
      throw new SettingsException(
          "data.train = %s: format shapes writes <folder>/train and <folder>/test, so the path must"
                  .formatted(train)
              + " end in train");
    }
    Shapes.ensure(folder, data.shapes());
  }

  private static void requireSameClasses(
      ImageSource train, ImageSource test, Settings.Data data, String key, String path) {
    if (!train.classNames().equals(test.classNames())) {
      throw new SettingsException(
          "the classes of data.train %s (%d) and %s %s (%d) differ; kNN needs the same ones"
              .formatted(
                  data.train().orElse("(a mixture)"),
                  train.classNames().size(),
                  key,
                  path,
                  test.classNames().size()));
    }
  }

  @Override
  public void close() {
    train.close();
    test.ifPresent(ImageSource::close);
    probes.values().forEach(ImageSource::close);
  }
}
