package io.mocov3.augment.webdataset;

import io.mocov3.augment.DataException;
import io.mocov3.augment.source.CacheFiles;
import io.mocov3.augment.source.SourceOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Finds shards, and what is in them: remembered, read from beside them, or from themselves. */
final class ShardOpening {
  static final String INDEX = ".index";
  private static final int THREADS = 16;

  private ShardOpening() {}

  /** Where the shards of a location lie. */
  static ShardStore store(String location, SourceOptions options) {
    if (!ShardedImages.isRemote(location)) {
      Path path = Path.of(location);
      boolean folder = Files.isDirectory(path);
      List<Path> files =
          folder
              ? LocalShards.inFolder(path)
              : ShardPattern.expand(location).stream().map(Path::of).toList();
      if (files.isEmpty()) {
        throw new DataException(location + " has no .tar file; give a folder of shards");
      }
      return new LocalShards(files);
    }
    List<String> urls = ShardPattern.expand(location);
    RemoteFiles files = RemoteFiles.of(location, options.silenceMillis());
    try {
      ShardCache cache = new ShardCache(options.cache().resolve("shards"), options.shardBytes());
      return new RemoteShards(urls, files, cache, new Retries(options.retryMillis()));
    } catch (IOException failure) {
      files.close();
      throw new DataException(location + " cannot be opened: " + failure.getMessage(), failure);
    }
  }

  /** The index of every shard, in their order, read with many threads: most of it is waiting. */
  static List<ShardIndex> indexes(ShardStore store, Path cache) throws IOException {
    int threads = Math.min(THREADS, store.count());
    List<Future<ShardIndex>> futures = new ArrayList<>();
    try (ExecutorService opening = Executors.newFixedThreadPool(threads)) {
      for (int shard = 0; shard < store.count(); shard++) {
        int number = shard;
        futures.add(opening.submit(() -> index(store, number, cache)));
      }
      List<ShardIndex> indexes = new ArrayList<>();
      for (Future<ShardIndex> future : futures) {
        indexes.add(future.get());
      }
      return indexes;
    } catch (ExecutionException failed) {
      futures.forEach(future -> future.cancel(true));
      if (failed.getCause() instanceof DataException bad) {
        throw bad;
      }
      throw new IOException(failed.getCause().getMessage(), failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while opening", interrupted);
    }
  }

  /** What is remembered, else what lies beside the shard, else what is in it. */
  private static ShardIndex index(ShardStore store, int shard, Path cache) throws IOException {
    ShardStore.Identity identity = store.identity(shard);
    Path file = CacheFiles.named(cache, "index", store.place(shard));
    if (Files.isReadable(file)) {
      Optional<ShardIndex> known = ShardIndex.parse(Files.readString(file), identity.toString());
      if (known.isPresent()) {
        return known.get();
      }
    }
    Optional<ShardIndex> beside =
        store
            .beside(store.name(shard) + INDEX)
            .flatMap(
                bytes ->
                    ShardIndex.parse(
                        new String(bytes, StandardCharsets.UTF_8), identity.size() + ""));
    if (beside.isPresent()) {
      return beside.get();
    }
    ShardIndex index = store.read(shard, channel -> ShardIndex.of(channel, store.place(shard)));
    remember(file, index, identity);
    return index;
  }

  private static void remember(Path file, ShardIndex index, ShardStore.Identity identity) {
    if (!index.isPlain()) {
      return;
    }
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, index.toText(identity.toString()));
    } catch (IOException unwritable) {
      CacheFiles.deleteQuietly(file);
    }
  }
}
