package io.mocov3.augment.webdataset;

import io.mocov3.augment.DataException;
import io.mocov3.augment.source.CacheFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * Remote shards that are on disk now. Beyond the limit those unused for longest are deleted; a
 * shard in use stays, so the limit can be passed by what is being read. Files are found again by
 * the next process; one that another process deletes is fetched again.
 */
final class ShardCache {
  private static final String PREFIX = "shard-";

  private final Path folder;
  private final long maxBytes;
  private final Map<Path, Entry> entries = new HashMap<>();
  private final Set<Path> partials = ConcurrentHashMap.newKeySet();
  private final String suffix = "." + ProcessHandle.current().pid() + "." + UUID.randomUUID();
  private long clock;

  /** What fetches a shard to a path. */
  interface Fetch {
    void to(Path target) throws IOException;
  }

  private static final class Entry {
    private final CompletableFuture<Long> bytes = new CompletableFuture<>();
    private int users;
    private long lastUse;
  }

  ShardCache(Path folder, long maxBytes) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.maxBytes = maxBytes;
    adopt();
  }

  /**
   * Uses the shard with this key, fetching it first if need be; others wait for the same fetch.
   *
   * @param bytes its length, where that is known; a file of another one is fetched again
   */
  <T> T read(String key, long bytes, Fetch fetch, ShardStore.Use<T> use) throws IOException {
    Path file = CacheFiles.named(folder, "shard", key);
    for (int attempt = 0; ; attempt++) {
      Entry entry = take(file, fetch);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        if (bytes < 0 || channel.size() == bytes) {
          return use.with(channel);
        }
        Files.delete(file);
        throw new NoSuchFileException(file + " has " + channel.size() + " of " + bytes + " bytes");
      } catch (NoSuchFileException deleted) {
        forget(file, entry);
        if (attempt == 2) {
          throw deleted;
        }
      } finally {
        release(entry);
      }
    }
  }

  /** Drops what was fetched in part. */
  void close() {
    partials.forEach(CacheFiles::deleteQuietly);
  }

  /** Bytes on disk, of shards that are complete. */
  synchronized long bytes() {
    return entries.values().stream().mapToLong(entry -> entry.bytes.getNow(0L)).sum();
  }

  private Entry take(Path file, Fetch fetch) throws IOException {
    Entry entry;
    boolean ours;
    synchronized (this) {
      entry = entries.get(file);
      ours = entry == null;
      if (ours) {
        entry = new Entry();
        entries.put(file, entry);
      }
      entry.users++;
      entry.lastUse = ++clock;
    }
    if (ours) {
      fetch(file, entry, fetch);
      evict();
    } else {
      await(file, entry);
    }
    return entry;
  }

  private void fetch(Path file, Entry entry, Fetch fetch) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + suffix);
    partials.add(aside);
    try {
      fetch.to(aside);
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      partials.remove(aside);
      entry.bytes.complete(Files.size(file));
    } catch (IOException | RuntimeException failure) {
      // what has arrived stays: the next attempt goes on from there
      forget(file, entry);
      entry.bytes.completeExceptionally(failure);
      throw failure;
    }
  }

  private void await(Path file, Entry entry) throws IOException {
    try {
      long unused = entry.bytes.get();
    } catch (ExecutionException failed) {
      release(entry);
      if (failed.getCause() instanceof DataException refused) {
        throw refused;
      }
      throw new IOException(failed.getCause().getMessage(), failed);
    } catch (InterruptedException interrupted) {
      release(entry);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + file.getFileName());
    }
  }

  private synchronized void release(Entry entry) {
    entry.users--;
  }

  /** Unless another thread has put a newer one in its place. */
  private synchronized void forget(Path file, Entry entry) {
    entries.remove(file, entry);
  }

  private synchronized void evict() {
    long total = bytes();
    List<Map.Entry<Path, Entry>> idle = new ArrayList<>();
    for (Map.Entry<Path, Entry> one : entries.entrySet()) {
      if (one.getValue().users == 0 && one.getValue().bytes.isDone()) {
        idle.add(one);
      }
    }
    idle.sort(Comparator.comparingLong(one -> one.getValue().lastUse));
    for (Map.Entry<Path, Entry> one : idle) {
      if (total <= maxBytes) {
        return;
      }
      total -= one.getValue().bytes.getNow(0L);
      CacheFiles.deleteQuietly(one.getKey());
      entries.remove(one.getKey());
    }
  }

  /** Takes over what an earlier process has left, oldest first. */
  private void adopt() throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.list(folder)) {
      files = found.filter(file -> file.getFileName().toString().startsWith(PREFIX)).toList();
    }
    Map<Path, FileTime> times = new HashMap<>();
    for (Path file : files) {
      String name = file.getFileName().toString();
      boolean partial = name.indexOf('.') >= 0;
      if (partial && !isAlive(name.replaceFirst("^[^.]*\\.(\\d+).*", "$1"))) {
        CacheFiles.deleteQuietly(file);
      } else if (!partial) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    for (Path file : times.keySet().stream().sorted(Comparator.comparing(times::get)).toList()) {
      Entry entry = new Entry();
      entry.bytes.complete(Files.size(file));
      entry.lastUse = ++clock;
      entries.put(file, entry);
    }
    evict();
  }

  private static boolean isAlive(String pid) {
    return pid.matches("\\d{1,9}") && ProcessHandle.of(Long.parseLong(pid)).isPresent();
  }
}
