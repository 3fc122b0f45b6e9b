package io.mocov3.app.daemon;

import io.mocov3.app.output.ExitCode;
import io.mocov3.app.output.Parent;
import io.mocov3.app.output.Signals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * SIGTERM, SIGINT and, unless it means something else, SIGHUP. Before training begins the first one
 * ends the process at once: with 75 where a checkpoint is there to go on from, else with 143. Later
 * it asks training to save and end, and ends the process with its exit code, or with 143 when that
 * takes longer than {@code grace}. A second one ends it at once.
 */
final class StopSignal implements AutoCloseable {
  private final Path checkpoint;
  private final Duration grace;
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private final AtomicBoolean received = new AtomicBoolean();
  private final List<Runnable> undo = new ArrayList<>();
  private volatile Optional<Runnable> stop = Optional.empty();

  /** Listens from now on. {@code checkpoint} is there when there is one to go on from. */
  StopSignal(Path checkpoint, Duration grace, boolean hangup) {
    this.checkpoint = checkpoint;
    this.grace = grace;
    List<String> names = hangup ? List.of("TERM", "INT", "HUP") : List.of("TERM", "INT");
    for (String name : names) {
      Signals.on(name, this::signalled).ifPresent(undo::add);
    }
    Parent.watch(this::signalled);
    if (undo.isEmpty()) {
      Thread hook = new Thread(this::signalled, "shutdown");
      Runtime.getRuntime().addShutdownHook(hook);
      undo.add(() -> forget(hook));
    }
  }

  /** Training begins; {@code ask} asks it to save and end. */
  void training(Runnable ask) {
    stop = Optional.of(ask);
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

  /** Training has ended, with that exit code, and something cannot be closed. */
  void hangs(int code) {
    Runtime.getRuntime().halt(code);
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
    Optional<Runnable> ask = stop;
    if (ask.isEmpty()) {
      Runtime.getRuntime().halt(Files.exists(checkpoint) ? ExitCode.INTERRUPTED : ExitCode.KILLED);
    }
    ask.ifPresent(Runnable::run);
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
