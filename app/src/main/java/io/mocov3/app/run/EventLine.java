package io.mocov3.app.run;

import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.StabilityEvent;
import io.mocov3.model.stability.Dip;
import io.mocov3.model.stability.Spike;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** An event with the fields of its line in {@code events.jsonl}, as the page has it, too. */
public final class EventLine {
  private EventLine() {}

  public static Map<String, Object> of(StabilityEvent event) {
    return of(event, Map.of());
  }

  /** {@code rollbacks} is how many there had been. */
  public static Map<String, Object> of(StabilityEvent event, int rollbacks) {
    return of(event, Map.of("rollbacks", rollbacks));
  }

  private static Map<String, Object> of(StabilityEvent event, Map<String, Integer> more) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", type(event));
    line.put("step", event.step());
    line.putAll(more);
    line.put("line", event.line());
    line.putAll(details(event));
    return line;
  }

  private static String type(StabilityEvent event) {
    return switch (event) {
      case StabilityEvent.SpikeBegan began -> "spike_began";
      case StabilityEvent.SpikeEnded ended -> "spike";
      case StabilityEvent.NotFinite notFinite -> "not_finite";
      case StabilityEvent.Skipped skipped -> "skipped";
      case StabilityEvent.DipFound dip -> "dip";
      case StabilityEvent.RolledBack rolledBack -> "rolled_back";
      case StabilityEvent.Stopped stopped -> "stopped";
    };
  }

  private static Map<String, Object> details(StabilityEvent event) {
    return switch (event) {
      case StabilityEvent.SpikeBegan began -> spike(began.spike());
      case StabilityEvent.SpikeEnded ended -> spike(ended.spike());
      case StabilityEvent.NotFinite notFinite -> notFinite(notFinite);
      case StabilityEvent.Skipped skipped -> Map.of();
      case StabilityEvent.DipFound found -> dip(found);
      case StabilityEvent.RolledBack back -> rollback(back);
      case StabilityEvent.Stopped stopped -> Map.of("reason", reason(stopped.incident()));
    };
  }

  private static Map<String, Object> notFinite(StabilityEvent.NotFinite event) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("layer", event.layer());
    map.put("loss", event.loss());
    return map;
  }

  private static Map<String, Object> spike(Spike spike) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("onset", spike.onset());
    map.put("layer", spike.firstLayer());
    map.put("height", spike.height());
    map.put("lag", spike.lag());
    map.put(
        "layers",
        spike.crossings().stream()
            .map(
                crossing -> {
                  Map<String, Object> one = new LinkedHashMap<>();
                  one.put("layer", crossing.layer());
                  one.put("step", crossing.step());
                  one.put("height", crossing.height());
                  one.put("score", crossing.score());
                  return one;
                })
            .toList());
    return map;
  }

  private static Map<String, Object> dip(StabilityEvent.DipFound found) {
    Dip dip = found.dip();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("series", dip.series());
    map.put("onset", dip.onset());
    map.put("best_step", dip.bestStep());
    map.put("best", dip.best());
    map.put("value", dip.value());
    map.put("spikes_before", found.spikesBefore().stream().map(EventLine::spike).toList());
    return map;
  }

  private static Map<String, Object> rollback(StabilityEvent.RolledBack back) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("to", back.to());
    map.put("onset", back.incident().onset());
    map.put("reason", reason(back.incident()));
    map.put("data_offset", back.adjustments().dataOffset());
    map.put("learning_rate_factor", back.adjustments().learningRateFactor());
    map.put("frozen_projection", back.adjustments().frozenProjection());
    map.put("projection_clip", back.adjustments().projectionClip());
    return map;
  }

  private static String reason(Incident incident) {
    return incident.reason().name().toLowerCase(Locale.ROOT);
  }
}
