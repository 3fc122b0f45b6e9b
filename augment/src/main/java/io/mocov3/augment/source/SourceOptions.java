package io.mocov3.augment.source;

import io.mocov3.augment.codec.ImageCodec;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How data sets are opened.
 *
 * @param pixelLimit images with more pixels are refused
 * @param cache folder for indexes and shards
 * @param shardBytes bytes of remote shards that are kept
 * @param window samples of a streamed set that are shuffled together
 * @param retryMillis pause after the first failed request; it doubles after each of seven attempts
 * @param silenceMillis how long a server may send nothing
 */
public record SourceOptions(
    long pixelLimit, Path cache, long shardBytes, int window, long retryMillis, int silenceMillis) {

  /** The pixel limit of {@link ImageCodec}, the user's cache, 20 GiB, 10,000 samples. */
  public static SourceOptions defaults() {
    return new SourceOptions(
        ImageCodec.DEFAULT_PIXEL_LIMIT, userCache(), 20L << 30, 10_000, 1000, 60_000);
  }

  /** {@code $XDG_CACHE_HOME/mocov3-akka}, by default below {@code ~/.cache}. */
  public static Path userCache() {
    Path base =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .filter(path -> !path.isEmpty())
            .map(Path::of)
            .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"));
    return base.resolve("mocov3-akka");
  }
}
