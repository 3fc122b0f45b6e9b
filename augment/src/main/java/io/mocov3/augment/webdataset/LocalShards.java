package io.mocov3.augment.webdataset;

import io.mocov3.augment.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Shards in the file system. */
final class LocalShards implements ShardStore {
  private final List<Path> files;

  LocalShards(List<Path> files) {
    this.files = List.copyOf(files);
    for (Path file : files) {
      if (!Files.isReadable(file)) {
        throw new DataException(file + " cannot be read; is every shard of the pattern there?");
      }
    }
  }

  /** The .tar files of a folder, by name. */
  static List<Path> inFolder(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(file -> file.toString().endsWith(".tar")).sorted().toList();
    } catch (IOException failure) {
      throw new DataException(folder + " cannot be listed: " + failure.getMessage(), failure);
    }
  }

  @Override
  public int count() {
    return files.size();
  }

  @Override
  public String name(int shard) {
    return files.get(shard).getFileName().toString();
  }

  @Override
  public String place(int shard) {
    return files.get(shard).toAbsolutePath().normalize().toString();
  }

  @Override
  public Identity identity(int shard) throws IOException {
    Path file = files.get(shard);
    return new Identity(Files.size(file), Files.getLastModifiedTime(file).toString());
  }

  @Override
  public <T> T read(int shard, Use<T> use) throws IOException {
    try (FileChannel channel = FileChannel.open(files.get(shard), StandardOpenOption.READ)) {
      return use.with(channel);
    }
  }

  @Override
  public Optional<byte[]> beside(String name) throws IOException {
    Path file = files.getFirst().resolveSibling(name);
    return Files.isReadable(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
  }

  @Override
  public void requireAvailable(int shard) throws IOException {
    try (FileChannel channel = FileChannel.open(files.get(shard), StandardOpenOption.READ)) {
      int unused = channel.read(ByteBuffer.allocate(1), Math.max(0, channel.size() - 1));
    }
  }

  @Override
  public boolean streamed() {
    return false;
  }

  @Override
  public void soon(int shard) {}

  @Override
  public void close() {}
}
