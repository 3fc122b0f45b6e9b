package io.mocov3.app.daemon;

import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.Signals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * SIGTERM, SIGINT and, unless it means something else, SIGHUP: the first asks training to save and
 * end, and ends the process with its exit code, or with 143 when that takes longer than {@code
 * grace}. A second one ends it at once.
 */
final class StopSignal implements AutoCloseable {
  private final Runnable stop;
  private final Duration grace;
  private final List<String> names;
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private final AtomicBoolean received = new AtomicBoolean();
  private final List<Runnable> undo = new ArrayList<>();

  StopSignal(Runnable stop, Duration grace, boolean hangup) {
    this.stop = stop;
    this.grace = grace;
    names = hangup ? List.of("TERM", "INT", "HUP") : List.of("TERM", "INT");
  }

  void listen() {
    for (String name : names) {
      Signals.on(name, this::signalled).ifPresent(undo::add);
    }
    if (undo.isEmpty()) {
      Thread hook = new Thread(this::signalled, "shutdown");
      Runtime.getRuntime().addShutdownHook(hook);
      undo.add(() -> forget(hook));
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the process is ending, and the hook waits for this run
    }
  }

  /** Whether one has come. */
  boolean isReceived() {
    return received.get();
  }

  /** Training has ended, with that exit code, and all is closed. */
  void ended(int code) {
    ended.complete(code);
  }

  private void signalled() {
    if (ended.isDone()) {
      return;
    }
    if (!received.compareAndSet(false, true)) {
      Runtime.getRuntime().halt(ExitCode.KILLED);
    }
    stop.run();
    Runtime.getRuntime().halt(codeWithinGrace());
  }

  private int codeWithinGrace() {
    try {
      return ended.get(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException | TimeoutException | ExecutionException e) {
      return ExitCode.KILLED;
    }
  }

  /** A process may train several runs, one after the other. */
  @Override
  public void close() {
    undo.forEach(Runnable::run);
    undo.clear();
  }
}
