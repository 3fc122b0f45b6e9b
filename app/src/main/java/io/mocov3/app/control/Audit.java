package io.mocov3.app.control;

import io.mocov3.app.lines.JsonLines;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * {@code audit.jsonl}: who asked what of the training, when, and what came of it. Of those who may
 * not, one a second is a line and the others are counted in the next, so that they cannot fill a
 * disk.
 */
public final class Audit {
  private static final long INTERVAL = Duration.ofSeconds(1).toNanos();

  private final JsonLines lines;
  private final LongSupplier clock;
  private long withheld;
  private long deniedAt;

  /** {@code clock} counts nanoseconds. */
  public Audit(JsonLines lines, LongSupplier clock) {
    this.lines = lines;
    this.clock = clock;
    deniedAt = clock.getAsLong() - INTERVAL;
  }

  /** {@code arguments} are those of the action. */
  void answered(
      String who,
      String from,
      String action,
      Map<String, ?> arguments,
      String result,
      String line) {
    lines.append(entry(who, from, action, arguments, result, line));
  }

  synchronized void denied(String from, String action, String reason) {
    long now = clock.getAsLong();
    if (now - deniedAt < INTERVAL) {
      withheld++;
      return;
    }
    deniedAt = now;
    Map<String, Object> entry = entry("nobody known", from, action, Map.of(), "denied", reason);
    if (withheld > 0) {
      entry.put("more_before", withheld);
      withheld = 0;
    }
    lines.append(entry);
  }

  private static Map<String, Object> entry(
      String who,
      String from,
      String action,
      Map<String, ?> arguments,
      String result,
      String line) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    entry.put("who", who);
    entry.put("from", from);
    entry.put("action", action);
    entry.put("arguments", arguments);
    entry.put("result", result);
    entry.put("line", line);
    return entry;
  }
}
