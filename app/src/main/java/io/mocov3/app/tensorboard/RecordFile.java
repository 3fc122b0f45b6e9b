package io.mocov3.app.tensorboard;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A file of records as TensorFlow frames them: length, its masked checksum, bytes, their masked
 * checksum, all little-endian. A record is written as a whole or not at all.
 */
final class RecordFile implements AutoCloseable {
  private static final int MASK = 0xa282ead8;
  private static final int FRAME = Long.BYTES + 2 * Integer.BYTES;

  private final RandomAccessFile file;
  private boolean torn;

  /** A new file; one that is there is written over. */
  RecordFile(Path path) throws IOException {
    file = new RandomAccessFile(path.toFile(), "rw");
    file.setLength(0);
  }

  void append(byte[] record) throws IOException {
    long end = file.getFilePointer();
    if (torn) {
      file.setLength(end);
      torn = false;
    }
    try {
      file.write(framed(record));
    } catch (IOException e) {
      torn = true;
      file.seek(end);
      throw e;
    }
  }

  static byte[] framed(byte[] record) {
    ByteBuffer frame = ByteBuffer.allocate(FRAME + record.length).order(ByteOrder.LITTLE_ENDIAN);
    frame.putLong(record.length);
    frame.putInt(maskedSum(frame.array(), Long.BYTES));
    frame.put(record);
    frame.putInt(maskedSum(record, record.length));
    return frame.array();
  }

  /** Rotated and shifted, so that the sum of bytes that hold sums is sound. */
  static int maskedSum(byte[] bytes, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, length);
    return Integer.rotateRight((int) sum.getValue(), 15) + MASK;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
