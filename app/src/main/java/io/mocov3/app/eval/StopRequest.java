package io.mocov3.app.eval;

import io.mocov3.app.output.Signals;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Whether someone wants a command to save what it has and end. */
final class StopRequest implements BooleanSupplier, AutoCloseable {
  static final String SAVED = "stopped and saved; the same command goes on";

  private final List<Runnable> undo = new ArrayList<>();
  private volatile boolean wanted;

  private StopRequest() {}

  /** By SIGTERM or SIGINT. */
  static StopRequest bySignal() {
    StopRequest request = new StopRequest();
    for (String signal : List.of("TERM", "INT")) {
      Signals.on(signal, () -> request.wanted = true).ifPresent(request.undo::add);
    }
    return request;
  }

  @Override
  public boolean getAsBoolean() {
    return wanted;
  }

  @Override
  public void close() {
    undo.forEach(Runnable::run);
  }
}
