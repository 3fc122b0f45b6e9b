package io.mocov3.augment.webdataset;

import io.mocov3.augment.source.CacheFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The beginning of a file that is being fetched, and how many bytes of it are there. */
record PartialFile(String url, ShardStore.Identity identity, Path path, long bytes) {

  /** What there is; nothing where the server gives no mark by which a rest can be asked for. */
  static PartialFile of(String url, ShardStore.Identity identity, Path path) throws IOException {
    long bytes = size(path);
    boolean usable =
        identity.isExact() && bytes > 0 && (identity.size() < 0 || bytes < identity.size());
    return new PartialFile(url, identity, path, usable ? bytes : 0);
  }

  static long size(Path path) throws IOException {
    return Files.exists(path) ? Files.size(path) : 0;
  }

  /** The header that asks for the rest. */
  String range() {
    return "bytes=" + bytes + "-";
  }

  /** Whether an answer's Content-Range is the rest that was asked for. */
  boolean isContinuedBy(String contentRange) {
    return contentRange.matches("bytes " + bytes + "-\\d+/(\\*|" + identity.size() + ")");
  }

  /** What is here does not belong to what is there; the next attempt begins anew. */
  IOException discarded() throws IOException {
    Files.deleteIfExists(path);
    return new IOException(url + " has changed and cannot be continued at byte " + bytes);
  }

  /** Appends the rest. */
  void append(InputStream rest, long length) throws IOException {
    try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.APPEND)) {
      rest.transferTo(out);
    }
    requireLength(length < 0 ? -1 : bytes + length);
  }

  /** Writes the whole file, which is of this version. */
  void replace(InputStream whole, long length, String version) throws IOException {
    try (OutputStream out = Files.newOutputStream(path)) {
      whole.transferTo(out);
    } catch (IOException cut) {
      if (!version.equals(identity.version())) {
        // a rest would be asked for by the other version
        CacheFiles.deleteQuietly(path);
      }
      throw cut;
    }
    requireLength(length);
  }

  private void requireLength(long expected) throws IOException {
    long found = Files.size(path);
    if (expected >= 0 && found != expected) {
      throw new IOException(url + " ended after " + found + " of " + expected + " bytes");
    }
  }
}
