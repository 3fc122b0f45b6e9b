package io.mocov3.app.settings;

import io.mocov3.app.settings.Settings.Data;
import io.mocov3.app.settings.Settings.Part;
import io.mocov3.augment.DataFormat;
import io.mocov3.augment.ShapesConfig;
import io.mocov3.augment.SourceOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The {@code data} section. */
final class DataSection {
  private static final Set<String> PART_KEYS = Set.of("path", "format", "weight");

  private DataSection() {}

  static Data read(Section data, int imageSize) {
    int workers = data.integer("workers", 0);
    int batchSize = data.integer("batch-size", 2);
    double viewBytes = 3.0 * imageSize * imageSize;
    data.check(
        "batch-size",
        "at most %d for views of %d pixels (a batch is at most 2 GiB)"
            .formatted((long) (Integer.MAX_VALUE / viewBytes / 2), imageSize),
        2 * batchSize * viewBytes <= Integer.MAX_VALUE);
    Optional<String> train = text(data, "train");
    List<Part> mix = data.sections("mix", PART_KEYS).stream().map(DataSection::part).toList();
    data.check("mix", "empty when data.train is given", mix.isEmpty() || train.isEmpty());
    return new Data(
        train,
        mix,
        text(data, "test"),
        data.choice("format", DataFormat.class),
        batchSize,
        workers == 0 ? Runtime.getRuntime().availableProcessors() : workers,
        data.integer("buffers", 1),
        data.number("max-bad-ratio", 0, 1),
        data.duration("retry-for"),
        sources(data),
        shapes(data.section("shapes")));
  }

  private static SourceOptions sources(Section data) {
    double gibibytes = data.number("shard-cache-gib", 0, Double.MAX_VALUE);
    return new SourceOptions(
        data.whole("max-pixels", 1),
        text(data, "cache").map(Path::of).orElseGet(SourceOptions::userCache),
        (long) (gibibytes * (1L << 30)),
        data.integer("shuffle-window", 1),
        SourceOptions.defaults().retryMillis(),
        SourceOptions.defaults().silenceMillis());
  }

  private static ShapesConfig shapes(Section shapes) {
    return new ShapesConfig(
        shapes.integer("train-images", 1),
        shapes.integer("test-images", 1),
        shapes.integer("size", 16),
        shapes.whole("seed", 0));
  }

  private static Part part(Section part) {
    double weight = part.has("weight") ? part.number("weight", 0, Double.MAX_VALUE) : 1;
    if (part.has("weight")) {
      part.check("weight", "greater than 0", weight > 0);
    }
    return new Part(
        part.nonEmptyText("path"),
        part.has("format") ? part.choice("format", DataFormat.class) : DataFormat.AUTO,
        weight);
  }

  private static Optional<String> text(Section data, String key) {
    return Optional.of(data.text(key)).filter(value -> !value.isEmpty());
  }
}
