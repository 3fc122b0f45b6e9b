package io.mocov3.model.safetensors;

import io.mocov3.model.IoReason;
import io.mocov3.model.ModelException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Writes safetensors files byte for byte as the reference implementation does: tensors by
 * descending type, then by name; metadata sorted by key.
 */
public final class SafetensorsWriter {
  private static final int CHUNK_BYTES = 1 << 20;

  private SafetensorsWriter() {}

  /**
   * Writes aside, syncs to the disk and renames over {@code path}: a reader sees the old file or
   * the new one. Returns the file's size in bytes.
   */
  public static long write(
      Path path, SequencedMap<String, TensorData> tensors, Map<String, String> metadata) {
    Path aside = path.resolveSibling("." + path.getFileName() + ".tmp");
    try {
      long bytes;
      try (FileOutputStream out = new FileOutputStream(aside.toFile())) {
        bytes = write(out, tensors, metadata);
        out.getFD().sync();
      }
      Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return bytes;
    } catch (IOException e) {
      throw new ModelException(path + ": could not be written: " + IoReason.of(e), e);
    } finally {
      deleteQuietly(aside);
    }
  }

  /** Streams the file's bytes and returns their number; neither flushes nor closes. */
  public static long write(
      OutputStream out, SequencedMap<String, TensorData> tensors, Map<String, String> metadata)
      throws IOException {
    List<Map.Entry<String, TensorData>> ordered = HeaderWriter.order(tensors);
    byte[] header = HeaderWriter.header(ordered, metadata);
    out.write(header);
    long bytes = header.length;
    byte[] chunk = new byte[CHUNK_BYTES];
    for (Map.Entry<String, TensorData> tensor : ordered) {
      ByteBuffer data = tensor.getValue().bytes();
      bytes += data.remaining();
      while (data.hasRemaining()) {
        int length = Math.min(data.remaining(), chunk.length);
        data.get(chunk, 0, length);
        out.write(chunk, 0, length);
      }
    }
    return bytes;
  }

  private static void deleteQuietly(Path aside) {
    try {
      Files.deleteIfExists(aside);
    } catch (IOException e) {
      // the error that led here is the one to report
    }
  }
}
