package io.mocov3.augment.codec;

import java.nio.ByteBuffer;

/**
 * Makes a decoder stop early: a baseline JPEG of one scan whose header announces fewer rows decodes
 * to those rows, bit for bit. Its end marker is left out, so that the decoder does not complain
 * about the bytes between the last row and the marker.
 */
final class ShorterJpeg {
  private static final int BASELINE = 0xC0;
  private static final int RESTART_INTERVAL = 0xDD;
  private static final int START_OF_SCAN = 0xDA;
  private static final int END_OF_IMAGE = 0xFFD9;

  /** Colours of a row are mixed with those of the next, which may stand for four rows each. */
  private static final int MARGIN = 8;

  private ShorterJpeg() {}

  /**
   * Changes the header, and the limit of the buffer, so that at least the given rows are decoded.
   * At least one row of blocks stays undecoded, so that the decoder does not come to the missing
   * end.
   *
   * @return the rows that the header announces now; the height when nothing was changed
   */
  static int shorten(ByteBuffer data, int height, int rows) {
    int kept = rows + MARGIN;
    int end = data.limit() - 2;
    if (kept >= height || end < 4 || big(data, end) != END_OF_IMAGE) {
      return height;
    }
    int frame = frame(data);
    if (frame < 0 || big(data, frame + 3) != height) {
      return height;
    }
    int blocks = blockRows(data, frame);
    if ((kept - 1) / blocks >= (height - 1) / blocks) {
      return height;
    }
    write(data, frame, kept);
    data.limit(end);
    return kept;
  }

  /** Takes back what {@link #shorten} did. */
  static void restore(ByteBuffer data, int height) {
    write(data, frame(data), height);
    data.limit(data.limit() + 2);
  }

  private static void write(ByteBuffer data, int frame, int height) {
    data.put(frame + 3, (byte) (height >> 8));
    data.put(frame + 4, (byte) height);
  }

  /** Rows of pixels that are coded together. */
  private static int blockRows(ByteBuffer data, int frame) {
    int largest = 1;
    for (int component = 0; component < data.get(frame + 7); component++) {
      largest = Math.max(largest, data.get(frame + 9 + 3 * component) & 0x0F);
    }
    return 8 * largest;
  }

  /** Where the length of the frame header stands; -1 when the file is of another kind. */
  private static int frame(ByteBuffer data) {
    int frame = -1;
    int at = 2;
    while (at + 4 < data.limit() && (data.get(at) & 0xFF) == 0xFF) {
      int marker = data.get(at + 1) & 0xFF;
      int segment = at + 2;
      switch (marker) {
        case BASELINE -> frame = segment;
        case RESTART_INTERVAL -> {
          return -1;
        }
        case START_OF_SCAN -> {
          boolean oneScan = frame >= 0 && data.get(frame + 7) == data.get(segment + 2);
          return oneScan ? frame : -1;
        }
        default -> {}
      }
      at = segment + big(data, segment);
    }
    return -1;
  }

  private static int big(ByteBuffer data, int at) {
    return ((data.get(at) & 0xFF) << 8) | (data.get(at + 1) & 0xFF);
  }
}
