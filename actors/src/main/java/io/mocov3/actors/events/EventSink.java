package io.mocov3.actors.events;

/**
 * Somebody who wants to know what happens: metrics, files, the page, the progress line. Called on
 * whatever thread it happens on; must be quick and thread-safe.
 */
@FunctionalInterface
public interface EventSink {

  /** For those whom nobody listens to. */
  EventSink NONE = event -> {};

  void on(TrainingEvent event);

  /** Tells one, then the other. */
  static EventSink both(EventSink first, EventSink second) {
    return event -> {
      first.on(event);
      second.on(event);
    };
  }
}
