package io.mocov3.actors;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Remembers the newest steps with all that is needed to compute them again. */
final class FlightRecorder {
  private final Deque<Capsule.Entry> entries = new ArrayDeque<>();
  private final int length;

  FlightRecorder(int length) {
    this.length = length;
  }

  void record(Capsule.Entry entry) {
    if (entries.size() == length) {
      entries.removeFirst();
    }
    entries.addLast(entry);
  }

  /** Oldest first. */
  List<Capsule.Entry> entries() {
    return List.copyOf(entries);
  }
}
