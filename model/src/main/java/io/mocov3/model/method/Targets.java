package io.mocov3.model.method;

import io.mocov3.model.tensor.ViewPair;
import java.util.Optional;

/**
 * What the queries of a step are compared with besides each other: keys (N, K) of both views,
 * without gradient, where the method has a target. Owns them.
 */
public record Targets(Optional<ViewPair> keys) implements AutoCloseable {
  public static final Targets NONE = new Targets(Optional.empty());

  @Override
  public void close() {
    keys.ifPresent(ViewPair::close);
  }
}
