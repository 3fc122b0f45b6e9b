package io.mocov3.app.log;

import io.mocov3.app.output.Escaped;
import java.io.PrintStream;

/** Lines for people; on a terminal the one that tells of progress is overwritten by the next. */
final class Console {
  private static final String CLEAR = "\r\033[K";

  private final PrintStream err;
  private final boolean terminal;

  Console(PrintStream err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  synchronized void progress(String text) {
    if (terminal) {
      err.print(CLEAR + text);
      err.flush();
    } else {
      err.println(text);
    }
  }

  /** A line of its own that stays. */
  synchronized void line(String text) {
    if (terminal) {
      err.print(CLEAR);
    }
    err.println(Escaped.text(text));
  }
}
