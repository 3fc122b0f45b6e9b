package io.mocov3.model.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tensors and raw files for the tests. */
final class Bytes {
  private Bytes() {}

  /** A tensor whose bytes count up. */
  static TensorData counting(DType dtype, long... shape) {
    byte[] bytes = new byte[Math.toIntExact(Shapes.bytes(dtype, shape))];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 7 + 1);
    }
    return new TensorData(dtype, shape, ByteBuffer.wrap(bytes));
  }

  /** A file with that header, and that many bytes after it. */
  static byte[] file(String header, int dataBytes) {
    return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  static byte[] file(byte[] header, int dataBytes) {
    return raw(header.length, header, dataBytes);
  }

  /** The same with a header length of one's own. */
  static byte[] raw(long headerLength, byte[] header, int dataBytes) {
    return ByteBuffer.allocate(8 + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(headerLength)
        .put(header)
        .array();
  }

  static Path store(Path directory, byte[] bytes) throws IOException {
    return Files.write(directory.resolve("hostile.safetensors"), bytes);
  }
}
