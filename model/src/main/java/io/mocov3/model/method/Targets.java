package io.mocov3.model.method;

import io.mocov3.model.tensor.ViewPair;
import java.util.Optional;

/**
 * What the queries of a step are compared with besides each other: keys (N, K) of both views of the
 * whole batch, without gradient, where the method has a target. Owns them.
 *
 * @param offset the row of the keys at which those of this rank's own samples begin
 */
public record Targets(Optional<ViewPair> keys, long offset) implements AutoCloseable {

  @Override
  public void close() {
    keys.ifPresent(ViewPair::close);
  }
}
