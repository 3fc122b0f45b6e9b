package io.mocov3.augment.webdataset;

import io.mocov3.augment.codec.Checksums;
import io.mocov3.augment.source.ImageSource;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes shards of a bounded number of samples, an index beside each, and at the end SHA256SUMS and
 * the names of the classes. The same samples give the same bytes.
 */
public final class ShardWriter implements AutoCloseable {
  static final String CHECKSUMS = "SHA256SUMS";

  private final Path folder;
  private final String prefix;
  private final int perShard;
  private final List<String> sums = new ArrayList<>();
  private TarArchiveOutputStream tar;
  private Path partial;
  private int shard = -1;
  private int inShard;

  /** Shards are named prefix-000000.tar and so on. */
  public ShardWriter(Path folder, String prefix, int perShard) {
    this.folder = folder;
    this.prefix = prefix;
    this.perShard = perShard;
  }

  /** Adds an image file as it is, with its label where it has one. */
  public void add(String key, String extension, byte[] image, int label) throws IOException {
    if (tar == null || inShard == perShard) {
      finish();
      begin();
    }
    entry(key + "." + extension, image);
    if (label != ImageSource.NO_LABEL) {
      entry(key + ".cls", Integer.toString(label).getBytes(StandardCharsets.UTF_8));
    }
    inShard++;
  }

  /** Shards written so far. */
  public int shards() {
    return shard + 1;
  }

  /** Ends the last shard and writes what lies beside the shards. */
  public void complete(List<String> classNames) throws IOException {
    finish();
    Files.writeString(folder.resolve(CHECKSUMS), String.join("\n", sums) + "\n");
    if (!classNames.isEmpty()) {
      Files.writeString(
          folder.resolve(ShardedImages.CLASSES), String.join("\n", classNames) + "\n");
    }
  }

  /** Drops an unfinished shard. */
  @Override
  public void close() {
    if (tar != null) {
      try {
        tar.close();
        Files.deleteIfExists(partial);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  private void begin() throws IOException {
    shard++;
    inShard = 0;
    Files.createDirectories(folder);
    partial = folder.resolve(name() + ".partial");
    tar =
        new TarArchiveOutputStream(
            new BufferedOutputStream(Files.newOutputStream(partial), 1 << 16),
            StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
  }

  private void entry(String name, byte[] bytes) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes.length);
    entry.setModTime(0);
    entry.setMode(0644);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private void finish() throws IOException {
    if (tar == null) {
      return;
    }
    tar.close();
    tar = null;
    Path file = folder.resolve(name());
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sums.add(Checksums.sha256(file) + "  " + name());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ShardIndex index = ShardIndex.of(channel, file.toString());
      Files.writeString(
          folder.resolve(name() + ShardOpening.INDEX), index.toText(Files.size(file) + ""));
    }
  }

  private String name() {
    return "%s-%06d.tar".formatted(prefix, shard);
  }
}
