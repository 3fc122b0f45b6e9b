package io.mocov3.app.control;

import io.mocov3.actors.control.ControlAnswer;
import io.mocov3.actors.control.ControlRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Passes requests on and keeps the answers of those with a key for a while: the same key again is
 * the same request, whose answer may still be on its way. Thread-safe.
 */
public final class Desk {
  private static final int KEPT = 256;

  private record Keyed(ControlRequest request, CompletableFuture<ControlAnswer> answer) {}

  private final Function<ControlRequest, CompletionStage<ControlAnswer>> training;
  private final Map<String, Keyed> keyed =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Keyed> eldest) {
          return size() > KEPT;
        }
      };

  public Desk(Function<ControlRequest, CompletionStage<ControlAnswer>> training) {
    this.training = training;
  }

  /**
   * Empty when the key was used for another request. {@code told} hears the answer of a request
   * that was not made before, before anybody else does.
   */
  synchronized Optional<CompletableFuture<ControlAnswer>> ask(
      Optional<String> key, ControlRequest request, Consumer<ControlAnswer> told) {
    Optional<Keyed> known = key.map(keyed::get);
    if (known.isPresent()) {
      return known.filter(made -> made.request().equals(request)).map(Keyed::answer);
    }
    CompletableFuture<ControlAnswer> answer =
        training
            .apply(request)
            .thenApply(
                done -> {
                  told.accept(done);
                  return done;
                })
            .toCompletableFuture();
    key.ifPresent(k -> keyed.put(k, new Keyed(request, answer)));
    return Optional.of(answer);
  }
}
