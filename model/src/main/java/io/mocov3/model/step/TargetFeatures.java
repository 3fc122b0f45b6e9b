package io.mocov3.model.step;

import io.mocov3.model.tensor.ViewPair;
import java.util.Optional;

/**
 * What the target's backbone makes of both views, (N, D) each: the part of the targets that is
 * computed sample by sample, on any thread. None where the method has no target, or where the
 * samples of all ranks depend on each other, and all is computed later. Owns them.
 */
public record TargetFeatures(Optional<ViewPair> features) implements AutoCloseable {
  static final TargetFeatures NONE = new TargetFeatures(Optional.empty());

  @Override
  public void close() {
    features.ifPresent(ViewPair::close);
  }
}
