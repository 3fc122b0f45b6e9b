package io.mocov3.augment.source;

import io.mocov3.augment.DataException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** One IDX file of unsigned bytes, plain or gzip, read into memory. */
final class IdxFile {
  private static final int UNSIGNED_BYTE = 8;

  private final int[] shape;
  private final byte[] data;

  private IdxFile(int[] shape, byte[] data) {
    this.shape = shape;
    this.data = data;
  }

  /**
   * Reads a file of the given number of dimensions.
   *
   * @throws DataException when it is absent, has another magic number or another length
   */
  static IdxFile read(Path file, int dimensions) {
    try (DataInputStream input = new DataInputStream(open(file))) {
      int magic = input.readInt();
      int expected = UNSIGNED_BYTE << 8 | dimensions;
      if (magic != expected) {
        throw new DataException(
            "%s starts with %08x; an IDX file of unsigned bytes in %d dimensions starts with %08x"
                .formatted(file, magic, dimensions, expected));
      }
      int[] shape = new int[dimensions];
      long length = 1;
      for (int i = 0; i < dimensions; i++) {
        shape[i] = input.readInt();
        length *= shape[i];
        if (shape[i] < 1 || length > Integer.MAX_VALUE - 8) {
          throw new DataException(
              file + " announces an impossible size in dimension " + i + ": " + shape[i]);
        }
      }
      byte[] data = input.readNBytes((int) length);
      if (data.length != length) {
        throw new DataException(
            file + " ends after " + data.length + " of " + length + " bytes; fetch it again");
      }
      return new IdxFile(shape, data);
    } catch (NoSuchFileException absent) {
      throw new DataException(file + " does not exist; give the path of an IDX file", absent);
    } catch (IOException failure) {
      throw new DataException(file + " cannot be read: " + failure.getMessage(), failure);
    }
  }

  int length(int dimension) {
    return shape[dimension];
  }

  int at(int index) {
    return data[index] & 0xFF;
  }

  private static InputStream open(Path file) throws IOException {
    InputStream input = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    input.mark(2);
    boolean gzip = input.read() == 0x1F && input.read() == 0x8B;
    input.reset();
    return gzip ? new GZIPInputStream(input, 1 << 16) : input;
  }
}
