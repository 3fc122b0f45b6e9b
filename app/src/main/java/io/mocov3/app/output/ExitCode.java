package io.mocov3.app.output;

/** What the process tells whoever started it. */
public final class ExitCode {
  public static final int DONE = 0;

  /** What was to be checked is not so. */
  public static final int CHECK_FAILED = 1;

  public static final int USAGE = 2;
  public static final int FAILED = 3;

  /** A checkpoint was saved; the same command goes on from there. */
  public static final int INTERRUPTED = 75;

  /** Ended by a signal before anything could be saved. */
  public static final int KILLED = 143;

  private ExitCode() {}
}
