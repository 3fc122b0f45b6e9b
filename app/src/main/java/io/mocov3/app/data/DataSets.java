package io.mocov3.app.data;

import io.mocov3.actors.evaluation.LabelledSets;
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
import java.util.stream.Stream;

/**
 * The training images and, if given, the test images of an experiment; more probe sets of the live
 * kNN, and labelled pairs of the full probes.
 */
public record DataSets(
    ImageSource train,
    Optional<ImageSource> test,
    Map<String, ImageSource> probes,
    List<Pair> pairs)
    implements AutoCloseable {

  /** Training and test images of a probe, with the same classes. */
  public record Pair(String name, ImageSource train, ImageSource test) {}

  /**
   * Opens them with the sets of all probes.
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
          new Named("data.train", data.train().orElse("(a mixture)"), sets.train()),
          new Named("evaluation.live.probes " + probe.name(), probe.path(), source));
    }
    List<Pair> pairs = settings.probes().stream().map(probe -> pair(probe, data)).toList();
    return new DataSets(sets.train(), sets.test(), probes, pairs);
  }

  /**
   * Opens what an evaluation looks at: the pair of that name alone, or training and test images,
   * with the pairs where there are no test images.
   */
  public static DataSets forEvaluation(Settings settings, Optional<String> probe) {
    if (probe.isPresent()) {
      Pair named = pair(named(settings.probes(), probe.get()), settings.data());
      return new DataSets(named.train(), Optional.empty(), Map.of(), List.of(named));
    }
    DataSets own = open(settings.data());
    List<Pair> pairs =
        own.test().isPresent()
            ? List.of()
            : settings.probes().stream().map(pair -> pair(pair, settings.data())).toList();
    return new DataSets(own.train(), own.test(), Map.of(), pairs);
  }

  private static Settings.LabelledPair named(List<Settings.LabelledPair> all, String name) {
    return all.stream()
        .filter(pair -> pair.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new SettingsException(
                    "--probe %s: evaluation.probes has %s"
                        .formatted(
                            name,
                            all.isEmpty()
                                ? "no sets"
                                : String.join(
                                    ", ",
                                    all.stream().map(Settings.LabelledPair::name).toList()))));
  }

  private static Pair pair(Settings.LabelledPair probe, Settings.Data data) {
    String key = "evaluation.probes " + probe.name();
    ImageSource train = open(key + ", train", probe.train(), probe.format(), data);
    ImageSource test = open(key + ", test", probe.test(), probe.format(), data);
    requireSameClasses(
        new Named(key + ", train", probe.train(), train),
        new Named(key + ", test", probe.test(), test));
    return new Pair(probe.name(), train, test);
  }

  /** Training and test images where they are labelled, and all other pairs. */
  public List<Pair> labelled() {
    return Stream.concat(
            test.stream().map(images -> new Pair(LabelledSets.DEFAULT, train, images)),
            pairs.stream())
        .toList();
  }

  /** Where the training images have no labels, by what features will be judged, in one line. */
  public Optional<String> unlabelled() {
    if (train.isLabelled()) {
      return Optional.empty();
    }
    String judges =
        pairs.isEmpty()
            ? "nothing: name labelled sets in evaluation.probes"
            : String.join(", ", pairs.stream().map(Pair::name).toList());
    return Optional.of("%d images without labels; judged by %s".formatted(train.size(), judges));
  }

  /**
   * Opens training and test images, writing the built-in images first where they are asked for.
   *
   * @throws SettingsException when no training images are named, or the classes differ
   */
  public static DataSets open(Settings.Data data) {
    if (data.train().isEmpty() && data.mix().isEmpty()) {
      throw new SettingsException(
          "data.train is empty; give a folder of images, a list, an IDX file or shards, in"
              + " the file or with --set data.train=PATH");
    }
    if (data.format() == DataFormat.SHAPES && data.train().isPresent()) {
      writeShapes(data.train().get(), data);
    }
    DataFormat format = data.format();
    ImageSource images =
        data.train()
            .map(path -> open("data.train", path, format, data))
            .orElseGet(() -> mixed(data));
    Optional<ImageSource> test =
        data.test().map(path -> open("data.test", path, testFormat(format, path), data));
    test.ifPresent(
        labelled ->
            requireSameClasses(
                new Named("data.train", data.train().orElse("(a mixture)"), images),
                new Named("data.test", data.test().orElseThrow(), labelled)));
    return new DataSets(images, test, Map.of(), List.of());
  }

  /** The training images of an experiment that is not to be trained now, mixture or not. */
  public static ImageSource training(Settings settings) {
    return open(settings.data()).train();
  }

  /** Shards for training may go with a folder for the test. */
  private static DataFormat testFormat(DataFormat format, String path) {
    boolean shards = ShardedImages.isShards(path) || ShardedImages.isFolderOfShards(Path.of(path));
    boolean other = format == DataFormat.FOLDER || (format == DataFormat.WEBDATASET && !shards);
    return other ? DataFormat.AUTO : format;
  }

  private static ImageSource open(String key, String path, DataFormat format, Settings.Data data) {
    try {
      DataFormat known = format == DataFormat.SHAPES ? DataFormat.IMAGE_FOLDER : format;
      return ImageSources.open(path, known, data.sources());
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

  /** A set, its place and the key that names it. */
  private record Named(String key, String place, ImageSource images) {
    private String text() {
      return key + " " + place;
    }
  }

  private static void requireSameClasses(Named train, Named test) {
    for (Named set : List.of(train, test)) {
      if (!set.images().isLabelled()) {
        throw new SettingsException(
            "%s has no labels, which a probe needs; leave %s out, or name labelled sets in evaluation.probes (a folder has labels where all images lie in class folders)"
                .formatted(set.text(), test.key()));
      }
    }
    List<String> one = train.images().classNames();
    List<String> other = test.images().classNames();
    if (!one.equals(other)) {
      throw new SettingsException(
          "the classes of %s (%d) and %s (%d) differ; kNN needs the same ones"
              .formatted(train.text(), one.size(), test.text(), other.size()));
    }
  }

  @Override
  public void close() {
    Stream.of(
            Stream.of(train),
            test.stream(),
            probes.values().stream(),
            pairs.stream().flatMap(pair -> Stream.of(pair.train(), pair.test())))
        .flatMap(sources -> sources)
        .distinct()
        .forEach(ImageSource::close);
  }
}
