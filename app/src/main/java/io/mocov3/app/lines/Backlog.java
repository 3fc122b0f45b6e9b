package io.mocov3.app.lines;

import io.mocov3.actors.Backoff;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Writes what can be written at once, and keeps what cannot, in order, until it can: a full disk
 * must not end a training. The oldest goes when more than {@link #MOST_BYTES} wait. For one thread
 * at a time.
 */
public final class Backlog {
  static final long MOST_BYTES = 16L << 20;

  /** Does its work as a whole or not at all, so that it can be tried again. */
  public interface Write {
    void run() throws IOException;
  }

  private record Waiting(int bytes, Write write) {}

  private final String name;
  private final LogWatch watch;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private long bytes;
  private boolean behind;
  private long waited;
  private long dropped;
  private final Backoff backoff = new Backoff();
  private long retryAt;

  /** {@code name} is the file's, for metrics and warnings. */
  public Backlog(String name, LogWatch watch) {
    this.name = name;
    this.watch = watch;
    watch.metrics().logLinesWaiting(name, 0);
  }

  /** {@code size} of 0 bytes is never dropped. */
  public void put(int size, Write write) {
    waiting.add(new Waiting(size, write));
    bytes += size;
    if (!behind) {
      drain();
      return;
    }
    waited++;
    dropOldest();
    catchUp();
    watch.metrics().logLinesWaiting(name, waiting.size());
  }

  /** Tries again if it is time to. */
  public void catchUp() {
    if (behind && System.nanoTime() - retryAt >= 0) {
      drain();
    }
  }

  /** Tries for the last time; what cannot be written is lost, and that is said. */
  public void finish() {
    drain();
    if (behind) {
      lose(waiting.size());
      watch.warn().accept("%s: %d lines could not be written".formatted(name, dropped));
      waiting.clear();
      behind = false;
    }
  }

  private void drain() {
    while (!waiting.isEmpty()) {
      try {
        waiting.peek().write().run();
      } catch (IOException e) {
        fail(e);
        return;
      }
      bytes -= waiting.remove().bytes();
    }
    if (behind) {
      behind = false;
      backoff.reset();
      watch.metrics().logLinesWaiting(name, 0);
      watch
          .warn()
          .accept(
              "%s is written again: %d lines had waited, %d of them are lost"
                  .formatted(name, waited, dropped));
      waited = 0;
      dropped = 0;
    }
  }

  private void fail(IOException e) {
    watch.metrics().logWriteFailed(name);
    if (!behind) {
      behind = true;
      waited = waiting.size();
      watch.metrics().logLinesWaiting(name, waited);
      watch
          .warn()
          .accept(
              "%s cannot be written (%s); training goes on and its lines wait in memory: make room"
                  .formatted(name, e.getMessage()));
    }
    retryAt = System.nanoTime() + backoff.next().toNanos();
  }

  private void dropOldest() {
    Iterator<Waiting> oldest = waiting.iterator();
    while (bytes > MOST_BYTES && oldest.hasNext()) {
      Waiting next = oldest.next();
      if (next.bytes() > 0) {
        oldest.remove();
        bytes -= next.bytes();
        lose(1);
      }
    }
  }

  private void lose(long lines) {
    dropped += lines;
    watch.metrics().logLinesDropped(name, lines);
  }
}
