package io.mocov3.app.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A body that is built when it is asked for, on the thread of {@code builder}, and then stands for
 * a second: however many readers there are, it is built no more often. Thread-safe.
 */
final class SharedBody {
  private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final Supplier<Body> build;
  private final Executor builder;
  private final LongSupplier clock;
  private CompletableFuture<Body> newest =
      CompletableFuture.failedFuture(new IllegalStateException("nobody has asked yet"));
  private volatile long built;

  /** {@code clock} counts nanoseconds. */
  SharedBody(Supplier<Body> build, Executor builder, LongSupplier clock) {
    this.build = build;
    this.builder = builder;
    this.clock = clock;
    built = clock.getAsLong() - FRESH_NANOS;
  }

  /** The one that is being built, or the newest unless it is too old; fails as its building did. */
  synchronized CompletionStage<Body> get() {
    if (newest.isDone() && clock.getAsLong() - built >= FRESH_NANOS) {
      newest =
          CompletableFuture.supplyAsync(build, builder)
              .whenComplete((body, failure) -> built = clock.getAsLong());
    }
    return newest;
  }

  CompletionStage<HttpResponse> answer(HttpRequest request) {
    return get().thenApply(body -> body.answer(request));
  }
}
