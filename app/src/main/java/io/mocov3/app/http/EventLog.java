package io.mocov3.app.http;

import akka.NotUsed;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.Pair;
import akka.stream.BoundedSourceQueue;
import akka.stream.Materializer;
import akka.stream.QueueOfferResult;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import io.mocov3.app.output.JsonOutput;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The newest events, each with a number of its own, as a list or as server-sent events. Whoever
 * reads more slowly than events come is cut off and may come back for those it missed. Thread-safe.
 */
public final class EventLog {
  private static final int KEPT = 1000;
  private static final int WAITING = 2 * KEPT;
  private static final int MOST_LISTENERS = 32;
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

  /** One event. {@code id} counts from 1 in each process. */
  private record Numbered(long id, Map<String, Object> fields) {

    ByteString sent() {
      return ByteString.fromString(
          "id: %d\nevent: %s\ndata: %s\n\n"
              .formatted(id, fields.get("type"), JsonOutput.text(fields)));
    }
  }

  private final Deque<Numbered> kept = new ArrayDeque<>();
  private final List<BoundedSourceQueue<ByteString>> listeners = new ArrayList<>();
  private long newest;

  /** An event that is kept; {@code fields} hold at least its {@code type}. */
  public synchronized void add(Map<String, Object> fields) {
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("id", ++newest);
    whole.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    whole.putAll(fields);
    Numbered event = new Numbered(newest, whole);
    kept.addLast(event);
    if (kept.size() > KEPT) {
      kept.removeFirst();
    }
    send(event.sent());
  }

  /** An event for those who listen now. */
  public synchronized void pass(Map<String, Object> fields) {
    if (!listeners.isEmpty()) {
      send(
          ByteString.fromString(
              "event: %s\ndata: %s\n\n".formatted(fields.get("type"), JsonOutput.text(fields))));
    }
  }

  private void send(ByteString text) {
    listeners.removeIf(
        listener -> {
          QueueOfferResult taken = listener.offer(text);
          if (taken.isEnqueued()) {
            return false;
          }
          listener.complete();
          return true;
        });
  }

  /** Those after number {@code after}. */
  synchronized Map<String, Object> list(long after) {
    return Map.of("events", since(after).map(Numbered::fields).toList());
  }

  /** A number that is yet to come is of an earlier process. */
  private Stream<Numbered> since(long after) {
    return kept.stream().filter(event -> after > newest || event.id() > after);
  }

  /** Those that are kept and come after number {@code after}, and all that follow. */
  synchronized HttpResponse stream(long after, Materializer materializer) {
    if (listeners.size() >= MOST_LISTENERS) {
      return Responses.error(
          StatusCodes.SERVICE_UNAVAILABLE,
          "there are %d listeners already".formatted(listeners.size()));
    }
    Pair<BoundedSourceQueue<ByteString>, Source<ByteString, NotUsed>> opened =
        Source.<ByteString>queue(WAITING).preMaterialize(materializer);
    since(after).forEach(event -> opened.first().offer(event.sent()));
    listeners.add(opened.first());
    return Responses.safe()
        .addHeader(RawHeader.create("X-Accel-Buffering", "no"))
        .withEntity(
            HttpEntities.create(
                MediaTypes.TEXT_EVENT_STREAM.toContentType(),
                opened
                    .second()
                    .watchTermination(
                        (nothing, end) -> {
                          end.whenComplete((done, failure) -> forget(opened.first()));
                          return nothing;
                        })
                    .keepAlive(SIGN_OF_LIFE, () -> ByteString.fromString(": still here\n\n"))));
  }

  private synchronized void forget(BoundedSourceQueue<ByteString> listener) {
    listeners.remove(listener);
  }

  /** Ends the streams. */
  public synchronized void close() {
    listeners.forEach(BoundedSourceQueue::complete);
    listeners.clear();
  }

  /** The number after which {@code request} wants events; 0 for all. */
  static long after(HttpRequest request) {
    String text =
        request
            .getHeader("Last-Event-ID")
            .map(header -> header.value())
            .or(() -> request.getUri().query().get("after"))
            .orElse("0");
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
