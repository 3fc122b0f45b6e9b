package io.mocov3.augment;

/**
 * Working memory of one thread, grown on demand and kept: nothing is allocated per view. Images are
 * held as one array per line because the JIT vectorises loops whose arrays share one plain index,
 * and not those with an offset each.
 */
final class Scratch {
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  final TriangleFilter horizontal = new TriangleFilter();
  final TriangleFilter vertical = new TriangleFilter();
  final byte[] table = new byte[256];
  private byte[] view = new byte[0];
  private byte[] bytes = new byte[0];
  private int[][] first = new int[0][0];
  private int[][] second = new int[0][0];
  private int[] line = new int[0];

  private Scratch() {}

  static Scratch ofThread() {
    return OF_THREAD.get();
  }

  /** The bytes of the view being made. */
  byte[] view(int length) {
    if (view.length < length) {
      view = new byte[length];
    }
    return view;
  }

  /** One line of bytes. */
  byte[] bytes(int length) {
    if (bytes.length < length) {
      bytes = new byte[length];
    }
    return bytes;
  }

  /** Lines of at least the given length, each an array of its own. */
  int[][] first(int count, int length) {
    first = lines(first, count, length);
    return first;
  }

  int[][] second(int count, int length) {
    second = lines(second, count, length);
    return second;
  }

  int[] line(int length) {
    if (line.length < length) {
      line = new int[length];
    }
    return line;
  }

  private static int[][] lines(int[][] lines, int count, int length) {
    int have = lines.length == 0 ? 0 : lines[0].length;
    if (lines.length >= count && have >= length) {
      return lines;
    }
    return new int[Math.max(count, lines.length)][Math.max(length, have)];
  }
}
