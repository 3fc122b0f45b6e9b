package io.mocov3.augment.operation;

/**
 * The view being made: one array of values 0..255 per channel, column by column (pixel (x, y) at x
 * height + y), cut into blocks of whole columns that fit into the first cache.
 */
public final class Planes {
  private static final int TARGET = 2048;

  private int columnLength;
  private int columnsPerBlock;
  private int columns;
  private Block[] blocks = new Block[0];
  private int count;
  private int[] packed = new int[0];

  /** Some columns: colour operations do not mind the order of pixels. */
  static final class Block {
    final int[] red;
    final int[] green;
    final int[] blue;
    int length;

    private Block(int capacity) {
      red = new int[capacity];
      green = new int[capacity];
      blue = new int[capacity];
    }
  }

  /** Makes room for an image; columns follow by {@link #put}. */
  void begin(int width, int height) {
    int perBlock = Math.max(1, TARGET / height);
    int needed = (width + perBlock - 1) / perBlock;
    int capacity = perBlock * height;
    if (blocks.length < needed || packed.length < capacity) {
      packed = new int[capacity];
      blocks = new Block[Math.max(blocks.length, needed)];
      for (int i = 0; i < blocks.length; i++) {
        blocks[i] = new Block(capacity);
      }
    }
    columnLength = height;
    columnsPerBlock = perBlock;
    columns = width;
    count = needed;
  }

  /** Takes the next column of wide pixels; columns come in order. */
  void put(int x, long[] column) {
    int within = x % columnsPerBlock;
    PackedPixels.narrow(column, packed, within * columnLength, columnLength);
    if (within == columnsPerBlock - 1 || x == columns - 1) {
      Block block = blocks[x / columnsPerBlock];
      block.length = (within + 1) * columnLength;
      PackedPixels.split(packed, block.red, block.green, block.blue, block.length);
    }
  }

  /** Writes all columns as packed pixels, from left to right or the other way round. */
  public void merge(int[] out, boolean flipped) {
    for (int b = 0; b < count; b++) {
      Block block = blocks[b];
      PackedPixels.merge(block.red, block.green, block.blue, packed, block.length);
      int first = b * columnsPerBlock;
      if (!flipped) {
        System.arraycopy(packed, 0, out, first * columnLength, block.length);
        continue;
      }
      for (int within = 0; within < block.length / columnLength; within++) {
        int to = (columns - 1 - first - within) * columnLength;
        System.arraycopy(packed, within * columnLength, out, to, columnLength);
      }
    }
  }

  int blocks() {
    return count;
  }

  Block block(int index) {
    return blocks[index];
  }

  public int pixels() {
    return columns * columnLength;
  }
}
