package io.mocov3.actors.control;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Those who wait for something that is done to the state after the step they asked at. */
public final class Callers {
  private final Map<Caller, Long> steps = new LinkedHashMap<>();

  /** Waits for the state after {@code step}, or a later one. */
  public void add(Caller caller, long step) {
    steps.put(caller, step);
  }

  public boolean isEmpty() {
    return steps.isEmpty();
  }

  /** Those who waited for the state after {@code step}; they wait no longer. */
  public List<Caller> upTo(long step) {
    List<Caller> waited =
        steps.entrySet().stream()
            .filter(asked -> asked.getValue() <= step)
            .map(Map.Entry::getKey)
            .toList();
    waited.forEach(steps::remove);
    return waited;
  }

  public void refuseAll(String reason) {
    steps.keySet().forEach(caller -> caller.refused(reason));
    steps.clear();
  }
}
