package io.mocov3.app.settings;

import io.mocov3.app.settings.Settings.Data;
import io.mocov3.app.settings.Settings.Part;
import io.mocov3.augment.shapes.ShapesConfig;
import io.mocov3.augment.source.DataFormat;
import io.mocov3.augment.source.SourceOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The {@code data} section. */
final class DataSection {
  private static final Set<String> PART_KEYS = Set.of("path", "format", "weight");

  /** Three bytes for each are a Java array. */
  private static final long MOST_PIXELS = Integer.MAX_VALUE / 3;

  private DataSection() {}

  static Data read(Section data, int imageSize) {
    int workers = data.integer("workers", 0, 1024);
    int batchSize = data.integer("batch-size", 2, 1_000_000);
    data.checkBytes("batch-size", batchSize, 2, imageSize);
    int lanes = data.integer("lanes", 1, 1_000_000);
    data.check(
        "lanes", "a divisor of data.batch-size (%d)".formatted(batchSize), batchSize % lanes == 0);
    Optional<String> train = data.location("train");
    List<Part> mix = data.sections("mix", PART_KEYS).stream().map(DataSection::part).toList();
    data.check("mix", "empty when data.train is given", mix.isEmpty() || train.isEmpty());
    return new Data(
        train,
        mix,
        data.location("test"),
        data.choice("format", DataFormat.class),
        batchSize,
        lanes,
        workers == 0 ? Runtime.getRuntime().availableProcessors() : workers,
        data.integer("buffers", 1, 1024),
        data.number("max-bad-ratio", 0, 1),
        data.duration("retry-for"),
        sources(data),
        shapes(data.section("shapes")));
  }

  private static SourceOptions sources(Section data) {
    double gibibytes = data.number("shard-cache-gib", 0, 1_000_000);
    return new SourceOptions(
        data.whole("max-pixels", 1, MOST_PIXELS),
        data.path("cache").orElseGet(SourceOptions::userCache),
        (long) (gibibytes * (1L << 30)),
        data.integer("shuffle-window", 1, 1_000_000_000),
        SourceOptions.defaults().retryMillis(),
        SourceOptions.defaults().silenceMillis());
  }

  private static ShapesConfig shapes(Section shapes) {
    return new ShapesConfig(
        shapes.integer("train-images", 1, 100_000_000),
        shapes.integer("test-images", 1, 100_000_000),
        shapes.integer("size", 16, 4096),
        shapes.whole("seed", 0, Long.MAX_VALUE));
  }

  private static Part part(Section part) {
    double weight = part.has("weight") ? part.positive("weight", 1_000_000) : 1;
    return new Part(
        part.nonEmptyPath("path"),
        part.has("format") ? part.choice("format", DataFormat.class) : DataFormat.AUTO,
        weight);
  }
}
