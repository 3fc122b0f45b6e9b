package io.mocov3.augment.webdataset;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Optional;

/** Where the shards of a set lie; safe for use by many threads. */
interface ShardStore extends AutoCloseable {

  /** What is done with an open shard. */
  interface Use<T> {
    T with(FileChannel channel) throws IOException;
  }

  /** Number of shards. */
  int count();

  /** The file name of a shard, without its folder. */
  String name(int shard);

  /** The place of a shard for messages and for what is remembered about it. */
  String place(int shard);

  /** Bytes of a shard, and whatever else changes with its content. */
  Identity identity(int shard) throws IOException;

  /** Uses a shard, waiting for it if it has to be fetched. */
  <T> T read(int shard, Use<T> use) throws IOException;

  /** The content of a small file in the folder of the shards; empty when there is none. */
  Optional<byte[]> beside(String name) throws IOException;

  /** Shards are far away: they are read one after the other. */
  boolean streamed();

  /** A shard will be needed soon. */
  void soon(int shard);

  @Override
  void close();

  /**
   * Looks whether the shard can be had, without trying twice.
   *
   * @throws IOException or a DataException when it cannot
   */
  void requireAvailable(int shard) throws IOException;

  /** Size in bytes and a mark of the version. */
  record Identity(long size, String version) {
    static final String WEAK = "W/";

    /** Whether a part of the content can be asked for by the mark. */
    boolean isExact() {
      return !version.isEmpty() && !version.startsWith(WEAK);
    }

    @Override
    public String toString() {
      return size + " " + version;
    }
  }
}
