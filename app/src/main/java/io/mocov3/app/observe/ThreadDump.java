package io.mocov3.app.observe;

import io.mocov3.app.output.RunException;
import io.mocov3.app.run.RunDirectory;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Map;

/** What every thread of this process does, written into the run for whoever looks into it later. */
final class ThreadDump {
  private ThreadDump() {}

  /** Says where it is, or why it could not be written. */
  static String write(RunDirectory directory, String reason) {
    String name =
        "stuck-%s.txt".formatted(Instant.now().truncatedTo(ChronoUnit.SECONDS)).replace(":", "");
    try {
      directory.write(directory.path().resolve(name), text(reason));
      return "what every thread did is in " + directory.path().resolve(name);
    } catch (RunException e) {
      return e.getMessage();
    }
  }

  private static String text(String reason) {
    StringBuilder text = new StringBuilder(reason).append('\n');
    Thread.getAllStackTraces().entrySet().stream()
        .sorted(Comparator.comparing(entry -> entry.getKey().getName()))
        .forEach(entry -> append(text, entry));
    return text.toString();
  }

  private static void append(StringBuilder text, Map.Entry<Thread, StackTraceElement[]> entry) {
    text.append("\n\"%s\" %s%n".formatted(entry.getKey().getName(), entry.getKey().getState()));
    for (StackTraceElement frame : entry.getValue()) {
      text.append("    at ").append(frame).append('\n');
    }
  }
}
