package io.mocov3.augment.webdataset;

import io.mocov3.augment.DataException;
import io.mocov3.augment.codec.Checksums;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Shards behind URLs, through a cache; held against SHA256SUMS where that lies beside them. */
final class RemoteShards implements ShardStore {
  private static final int READ_AHEAD = 2;

  /** A connection that brought less before it was cut counts as a failure. */
  private static final long PROGRESS = 1 << 16;

  private final List<String> urls;
  private final RemoteFiles files;
  private final ShardCache cache;
  private final Retries retries;
  private final Map<Integer, Identity> identities = new ConcurrentHashMap<>();
  private final Map<String, String> checksums;
  private final ExecutorService ahead =
      Executors.newFixedThreadPool(
          READ_AHEAD, Thread.ofPlatform().daemon().name("shard-read-ahead-", 0).factory());

  RemoteShards(List<String> urls, RemoteFiles files, ShardCache cache, Retries retries)
      throws IOException {
    this.urls = List.copyOf(urls);
    this.files = files;
    this.cache = cache;
    this.retries = retries;
    this.checksums = checksums();
  }

  @Override
  public int count() {
    return urls.size();
  }

  @Override
  public String name(int shard) {
    String url = urls.get(shard);
    return url.substring(url.lastIndexOf('/') + 1);
  }

  @Override
  public String place(int shard) {
    return urls.get(shard);
  }

  @Override
  public Identity identity(int shard) throws IOException {
    Identity known = identities.get(shard);
    if (known == null) {
      known = retries.run(() -> files.identity(urls.get(shard)));
      identities.put(shard, known);
    }
    return known;
  }

  @Override
  public <T> T read(int shard, Use<T> use) throws IOException {
    String key = place(shard) + " " + identity(shard);
    return cache.read(key, identity(shard).size(), target -> fetch(shard, target), use);
  }

  @Override
  public Optional<byte[]> beside(String name) throws IOException {
    String first = urls.getFirst();
    String url = first.substring(0, first.lastIndexOf('/') + 1) + name;
    return retries.run(() -> files.get(url));
  }

  @Override
  public void requireAvailable(int shard) throws IOException {
    ShardStore.Identity unused = files.identity(urls.get(shard));
  }

  @Override
  public boolean streamed() {
    return true;
  }

  @Override
  public void soon(int shard) {
    ahead.execute(
        () -> {
          try {
            boolean unused = read(shard, channel -> true);
          } catch (IOException | DataException failure) {
            // whoever needs the shard tries again, and reports
          }
        });
  }

  @Override
  public void close() {
    ahead.shutdownNow();
    cache.close();
    files.close();
  }

  private void fetch(int shard, Path target) throws IOException {
    retries.run(
        () -> {
          boolean complete = false;
          while (!complete) {
            // each part that arrived has attempts of its own
            complete = retries.run(() -> isComplete(shard, target));
          }
          requireSame(shard, target);
          return target;
        });
  }

  /** A cut connection is no failure when it has brought a part of the file. */
  private boolean isComplete(int shard, Path target) throws IOException {
    long before = PartialFile.size(target);
    try {
      files.download(urls.get(shard), identity(shard), target);
      return true;
    } catch (IOException cut) {
      if (PartialFile.size(target) - before < PROGRESS) {
        throw cut;
      }
      return false;
    }
  }

  private void requireSame(int shard, Path file) throws IOException {
    long size = identity(shard).size();
    long found = Files.size(file);
    String expected = checksums.getOrDefault(name(shard), "");
    if (size >= 0 && found != size) {
      Files.delete(file);
      throw new IOException(
          "%s has %d bytes now, %d when the run began; was it replaced?"
              .formatted(urls.get(shard), found, size));
    }
    if (!expected.isEmpty() && !expected.equalsIgnoreCase(Checksums.sha256(file))) {
      Files.delete(file);
      throw new IOException(urls.get(shard) + " does not match its line in SHA256SUMS");
    }
  }

  private Map<String, String> checksums() throws IOException {
    Map<String, String> sums = new HashMap<>();
    Optional<byte[]> file = beside(ShardWriter.CHECKSUMS);
    if (file.isPresent()) {
      for (String line : new String(file.get(), StandardCharsets.UTF_8).lines().toList()) {
        String[] parts = line.strip().split("\\s+\\*?", 2);
        if (parts.length == 2) {
          sums.put(parts[1], parts[0]);
        }
      }
    }
    return Map.copyOf(sums);
  }
}
