package io.mocov3.model.interchange;

import io.mocov3.model.safetensors.TensorData;
import java.nio.ByteBuffer;

/** The first row of a position embedding (1, rows, D) is the class token's. */
final class Positions {
  private Positions() {}

  static TensorData withClassToken(TensorData positions) {
    long[] shape = positions.shape();
    int row = rowBytes(positions);
    ByteBuffer bytes = ByteBuffer.allocateDirect(row + positions.bytes().remaining());
    bytes.position(row);
    bytes.put(positions.bytes());
    shape[1]++;
    return new TensorData(positions.dtype(), shape, bytes.flip());
  }

  static TensorData withoutClassToken(TensorData positions) {
    long[] shape = positions.shape();
    int row = rowBytes(positions);
    shape[1]--;
    ByteBuffer bytes = positions.bytes();
    return new TensorData(positions.dtype(), shape, bytes.slice(row, bytes.remaining() - row));
  }

  static boolean isZero(TensorData positions) {
    ByteBuffer bytes = positions.bytes();
    while (bytes.hasRemaining()) {
      if (bytes.get() != 0) {
        return false;
      }
    }
    return true;
  }

  private static int rowBytes(TensorData positions) {
    return positions.bytes().remaining() / Math.toIntExact(positions.shape()[1]);
  }
}
