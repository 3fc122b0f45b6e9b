package io.mocov3.app.observe;

import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.TrainingEvent;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Several sinks, each told in turn; one that fails does not touch training, and is told of once.
 */
final class EventSinks implements EventSink {
  private final List<EventSink> sinks;
  private final Consumer<String> warn;
  private final Set<EventSink> failed = ConcurrentHashMap.newKeySet();

  EventSinks(List<EventSink> sinks, Consumer<String> warn) {
    this.sinks = List.copyOf(sinks);
    this.warn = warn;
  }

  @Override
  public void on(TrainingEvent event) {
    for (EventSink sink : sinks) {
      try {
        sink.on(event);
      } catch (RuntimeException e) {
        if (failed.add(sink)) {
          warn.accept(
              "%s failed at %s: %s; training goes on"
                  .formatted(sink.getClass().getSimpleName(), event.getClass().getSimpleName(), e));
        }
      }
    }
  }
}
