package io.mocov3.app.run;

import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.app.lines.JsonLines;

/**
 * {@code events.jsonl}: spikes, dips and what was done about them. Every line says how many
 * rollbacks there had been; those of before a rollback stay, whatever step training goes back to.
 */
final class EventFile {
  private final JsonLines lines;
  private int rollbacks;

  EventFile(JsonLines lines) {
    this.lines = lines;
    lines.forEach(
        event -> {
          if (event.path("type").asText().equals("rolled_back")) {
            rollbacks++;
          }
        });
  }

  void append(StabilityEvent event) {
    lines.append(EventLine.of(event, rollbacks));
    if (event instanceof StabilityEvent.RolledBack) {
      rollbacks++;
    }
  }

  /** Training goes on after {@code step}: later events since the last rollback go. */
  void truncateAfter(long step) {
    int now = rollbacks;
    lines.keep(
        event -> event.path("rollbacks").asInt() < now || event.path("step").asLong() <= step);
  }
}
