package io.mocov3.app.daemon;

import io.mocov3.actors.guardian.TrainingOutcome;
import io.mocov3.app.output.Escaped;
import io.mocov3.app.output.ExitCode;
import java.io.PrintStream;

/**
 * How a training ended: the last line for people, and what the process tells whoever started it.
 */
final class OutcomeLine {
  private OutcomeLine() {}

  /** Prints it; returns the exit code. */
  static int print(TrainingOutcome outcome, PrintStream err) {
    return switch (outcome) {
      case TrainingOutcome.Completed completed -> {
        err.println("done: %d steps".formatted(completed.step()));
        yield ExitCode.DONE;
      }
      case TrainingOutcome.Interrupted interrupted -> {
        err.println(
            interrupted.saved()
                ? "interrupted after step %d, saved; the same command goes on from here"
                    .formatted(interrupted.step())
                : "interrupted after step %d; it could not be saved".formatted(interrupted.step()));
        yield interrupted.saved() ? ExitCode.INTERRUPTED : ExitCode.KILLED;
      }
      case TrainingOutcome.DataGone gone -> {
        err.println(
            gone.saved()
                ? "interrupted after step %d, saved: %s; the same command goes on when the images are back"
                    .formatted(gone.step(), gone.reason())
                : "mocov3: step %d could not be saved, and %s"
                    .formatted(gone.step(), gone.reason()));
        yield gone.saved() ? ExitCode.INTERRUPTED : ExitCode.FAILED;
      }
      case TrainingOutcome.RankLost lost -> {
        err.println(
            lost.saved()
                ? "interrupted after step %d, saved: %s; the same command goes on from here"
                    .formatted(lost.step(), lost.reason())
                : "interrupted after step %d: %s; the same command goes on from the newest checkpoint"
                    .formatted(lost.step(), lost.reason()));
        yield ExitCode.INTERRUPTED;
      }
      case TrainingOutcome.Failed failed -> {
        err.println("mocov3: " + Escaped.text(failed.reason()));
        yield ExitCode.FAILED;
      }
    };
  }
}
