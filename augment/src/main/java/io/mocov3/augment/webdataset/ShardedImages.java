package io.mocov3.augment.webdataset;

import io.mocov3.augment.DataException;
import io.mocov3.augment.SourceUnavailableException;
import io.mocov3.augment.batch.EpochOrder;
import io.mocov3.augment.batch.ShardOrder;
import io.mocov3.augment.codec.Canvas;
import io.mocov3.augment.codec.Decoded;
import io.mocov3.augment.codec.ImageCodec;
import io.mocov3.augment.codec.NeededRows;
import io.mocov3.augment.codec.Reason;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.source.SourceOptions;
import io.mocov3.augment.source.TextLabels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A WebDataset. Shards on disk are read at random; remote ones are fetched one after the other in
 * an order of their own for each epoch, the next two ahead of time, and shuffled within a window.
 */
public final class ShardedImages implements ImageSource {
  static final String CLASSES = "classes.txt";

  private final ShardStore store;
  private final List<ShardIndex> shards;
  private final int[] starts;
  private final TextLabels labels;
  private final SourceOptions options;
  private volatile int suspect;
  private volatile ReadAhead readAhead = new ReadAhead(new int[0], 0);

  private ShardedImages(
      ShardStore store, List<ShardIndex> shards, List<String> names, SourceOptions options) {
    this.store = store;
    this.shards = shards;
    this.options = options;
    starts = new int[shards.size() + 1];
    for (int i = 0; i < shards.size(); i++) {
      starts[i + 1] = Math.addExact(starts[i], shards.get(i).samples().size());
    }
    List<String> texts =
        shards.stream().flatMap(s -> s.samples().stream()).map(ShardIndex.Sample::label).toList();
    boolean unlabelled = texts.stream().allMatch(String::isEmpty);
    int bare = unlabelled ? -1 : texts.indexOf("");
    if (bare >= 0) {
      throw new DataException(
          "%s has no label, others have; label all images of the shards or none"
              .formatted(id(bare)));
    }
    labels =
        unlabelled ? TextLabels.none(texts.size()) : TextLabels.numbered(texts, names, CLASSES);
  }

  /** Whether a location can only be a WebDataset: a URL, or a name that ends in .tar. */
  public static boolean isShards(String location) {
    return isRemote(location) || location.endsWith(".tar");
  }

  /** Whether a location is a URL. */
  public static boolean isRemote(String location) {
    return location.matches("(https?|s3)://.*");
  }

  /** Whether a folder has shards in it. */
  public static boolean isFolderOfShards(Path folder) {
    return Files.isDirectory(folder) && !LocalShards.inFolder(folder).isEmpty();
  }

  /**
   * Opens a folder of .tar files, or a path or URL with braces. The first time, shards without an
   * index beside them are read through once.
   *
   * @throws DataException when shards are missing or damaged, or there is no image in them
   */
  public static ShardedImages open(String location, SourceOptions options) {
    ShardStore store = ShardOpening.store(location, options);
    try {
      List<ShardIndex> shards = ShardOpening.indexes(store, options.cache());
      if (shards.stream().allMatch(shard -> shard.samples().isEmpty())) {
        throw new DataException(
            location + " has no image in its shards; images end in .jpg, .png, .webp or .bmp");
      }
      List<String> names =
          store
              .beside(CLASSES)
              .map(bytes -> new String(bytes, StandardCharsets.UTF_8).lines().toList())
              .orElse(List.of());
      return new ShardedImages(store, shards, names, options);
    } catch (IOException failure) {
      store.close();
      throw new DataException(location + " cannot be opened: " + failure.getMessage(), failure);
    } catch (RuntimeException failure) {
      store.close();
      throw failure;
    }
  }

  @Override
  public int size() {
    return labels.size();
  }

  @Override
  public List<String> classNames() {
    return labels.names();
  }

  @Override
  public int label(int index) {
    return labels.of(index);
  }

  @Override
  public String id(int index) {
    int shard = shardOf(index);
    return store.name(shard) + "/" + sample(shard, index).name();
  }

  /**
   * {@inheritDoc}
   *
   * @throws SourceUnavailableException when a shard is gone, or cannot be had after several
   *     attempts
   */
  @Override
  public Decoded decode(int index, Canvas canvas) {
    return decode(index, canvas, NeededRows.ALL);
  }

  @Override
  public Decoded decode(int index, Canvas canvas, NeededRows needed) {
    int shard = shardOf(index);
    ShardIndex.Sample sample = sample(shard, index);
    readAhead.entered(shard, store);
    try {
      return store.read(
          shard,
          channel ->
              ImageCodec.read(
                  channel,
                  sample.offset(),
                  sample.length(),
                  id(index),
                  options.pixelLimit(),
                  Optional.empty(),
                  canvas,
                  needed));
    } catch (IOException failure) {
      if (!store.streamed() && isThere(shard)) {
        return new Decoded.Undecodable(
            id(index), Reason.UNREADABLE, String.valueOf(failure.getMessage()));
      }
      throw unavailable(shard, failure);
    } catch (DataException refused) {
      throw unavailable(shard, refused);
    }
  }

  @Override
  public void requireAvailable() {
    int shard = suspect;
    try {
      store.requireAvailable(shard);
    } catch (IOException | DataException failure) {
      throw unavailable(shard, failure);
    }
  }

  @Override
  public EpochOrder order() {
    if (!store.streamed()) {
      return EpochOrder.permutation(size());
    }
    ShardOrder order = new ShardOrder(starts, options.window());
    return new EpochOrder() {
      @Override
      public int length() {
        return order.length();
      }

      @Override
      public int[] indices(long seed, long epoch) {
        return order.indices(seed, epoch);
      }

      @Override
      public void announce(int[] visited) {
        int[] sequence =
            IntStream.of(visited).map(ShardedImages.this::shardOf).distinct().toArray();
        readAhead = new ReadAhead(sequence, shards.size());
      }
    };
  }

  @Override
  public void close() {
    store.close();
  }

  private boolean isThere(int shard) {
    try {
      store.requireAvailable(shard);
      return true;
    } catch (IOException failure) {
      return false;
    }
  }

  private SourceUnavailableException unavailable(int shard, Exception failure) {
    suspect = shard;
    String reason =
        failure instanceof NoSuchFileException ? "it does not exist" : failure.getMessage();
    return new SourceUnavailableException(
        "shard " + store.place(shard) + " cannot be read: " + reason, failure);
  }

  private int shardOf(int index) {
    int found = Arrays.binarySearch(starts, index);
    int shard = found >= 0 ? found : -found - 2;
    // empty shards share their start with the next one
    while (starts[shard + 1] == index) {
      shard++;
    }
    return shard;
  }

  private ShardIndex.Sample sample(int shard, int index) {
    return shards.get(shard).samples().get(index - starts[shard]);
  }
}
