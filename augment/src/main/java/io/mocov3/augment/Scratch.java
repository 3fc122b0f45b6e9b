package io.mocov3.augment;

/** Working memory of one thread, grown on demand and kept: nothing is allocated per view. */
final class Scratch {
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  final TriangleFilter horizontal = new TriangleFilter();
  final TriangleFilter vertical = new TriangleFilter();
  final byte[] table = new byte[256];
  private byte[] view = new byte[0];
  private int[] first = new int[0];
  private int[] second = new int[0];
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

  int[] first(int length) {
    if (first.length < length) {
      first = new int[length];
    }
    return first;
  }

  int[] second(int length) {
    if (second.length < length) {
      second = new int[length];
    }
    return second;
  }

  int[] line(int length) {
    if (line.length < length) {
      line = new int[length];
    }
    return line;
  }
}
