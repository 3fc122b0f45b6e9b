package io.mocov3.model.safetensors;

import io.mocov3.model.ModelException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A safetensors file open for reading; tensors are memory-mapped one by one when asked for. Bytes
 * handed out stay valid after {@link #close}. Every error is a {@link ModelException} of one line.
 */
public final class SafetensorsFile implements AutoCloseable {
  private final FileChannel channel;
  private final Refusal refusal;
  private final Header header;

  private SafetensorsFile(FileChannel channel, Refusal refusal, Header header) {
    this.channel = channel;
    this.refusal = refusal;
    this.header = header;
  }

  /** Reads and checks the whole header; refuses a file that breaks any rule of the format. */
  public static SafetensorsFile open(Path path) {
    Refusal refusal = new Refusal(path);
    if (!Files.isRegularFile(path)) {
      throw refusal.file(Files.exists(path) ? "not a regular file" : "no such file");
    }
    FileChannel channel = null;
    boolean opened = false;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      SafetensorsFile file = new SafetensorsFile(channel, refusal, Header.read(channel, refusal));
      opened = true;
      return file;
    } catch (IOException e) {
      throw refusal.io(e);
    } finally {
      if (!opened && channel != null) {
        close(channel, refusal);
      }
    }
  }

  /** In the order of their bytes in the file. */
  public List<String> names() {
    return List.copyOf(header.tensors().keySet());
  }

  /** Every tensor by its name, as {@link #get}. */
  public Map<String, TensorData> all() {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    names().forEach(name -> tensors.put(name, get(name)));
    return tensors;
  }

  public boolean contains(String name) {
    return header.tensors().containsKey(name);
  }

  /** Maps one tensor, up to 2 GiB; refuses an unknown name. */
  public TensorData get(String name) {
    TensorEntry entry = header.tensors().get(name);
    if (entry == null) {
      throw refusal.tensor(name, "not in this file");
    }
    if (entry.bytes() > Integer.MAX_VALUE) {
      throw refusal.tensor(
          name, "%d bytes, but one tensor can be at most 2147483647".formatted(entry.bytes()));
    }
    try {
      return new TensorData(
          entry.dtype(),
          entry.shape(),
          channel.map(MapMode.READ_ONLY, header.dataStart() + entry.begin(), entry.bytes()));
    } catch (IOException e) {
      throw refusal.io(e);
    }
  }

  /** The file's free text, empty when it has none. */
  public SequencedMap<String, String> metadata() {
    return Collections.unmodifiableSequencedMap(header.metadata());
  }

  @Override
  public void close() {
    close(channel, refusal);
  }

  private static void close(FileChannel channel, Refusal refusal) {
    try {
      channel.close();
    } catch (IOException e) {
      throw refusal.io(e);
    }
  }
}
