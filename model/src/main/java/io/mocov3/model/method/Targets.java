package io.mocov3.model.method;

import io.mocov3.model.method.Term.View;
import io.mocov3.model.tensor.ViewPair;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What the queries of a step are compared with besides each other: keys (N, K) of both views of the
 * whole batch, without gradient, where the method has a target. Owns them.
 *
 * @param offset the row of the keys at which those of this rank's own samples begin
 */
public record Targets(Optional<ViewPair> keys, long offset) implements AutoCloseable {

  /** Those of the first {@code count} samples of this rank, of one view: (count, K). */
  Tensor own(View view, long count) {
    return view.of(keys.orElseThrow()).narrow(0, offset, count);
  }

  @Override
  public void close() {
    keys.ifPresent(ViewPair::close);
  }
}
