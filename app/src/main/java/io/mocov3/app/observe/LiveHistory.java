package io.mocov3.app.observe;

import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.TrainingEvent;
import io.mocov3.app.output.RunException;
import io.mocov3.app.page.RunHistory;
import java.nio.file.Path;
import java.util.function.Consumer;

/** What the page draws: read from the files where training begins or goes on, then kept up. */
public final class LiveHistory implements EventSink {
  private final Path run;
  private final Consumer<String> warn;
  private volatile RunHistory history = new RunHistory();

  LiveHistory(Path run, Consumer<String> warn) {
    this.run = run;
    this.warn = warn;
  }

  public RunHistory history() {
    return history;
  }

  @Override
  public void on(TrainingEvent event) {
    if (event instanceof Progress.Started) {
      history = read();
    } else {
      history.on(event);
    }
  }

  /** Only the page and the report need it; a training goes on without. */
  private RunHistory read() {
    try {
      return RunHistory.of(run);
    } catch (RunException e) {
      warn.accept(e.getMessage());
      return new RunHistory();
    }
  }
}
