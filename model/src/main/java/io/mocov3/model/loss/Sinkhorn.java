package io.mocov3.model.loss;

import io.mocov3.model.ModelException;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Soft codes that use all prototypes equally over a batch (Caron et al., 2020, Section 3.1): {@code
 * exp(scores / epsilon)}, columns and rows normalised in turn (Cuturi, 2013).
 */
public record Sinkhorn(double epsilon, int iterations) {
  /** Below it {@code exp(-2 / epsilon)} leaves fp32. */
  private static final double LEAST_EPSILON = 0.025;

  public Sinkhorn {
    if (!(epsilon >= LEAST_EPSILON) || iterations < 1) {
      throw new ModelException(
          "Sinkhorn needs an epsilon of at least %s and an iteration, not %s and %d"
              .formatted(LEAST_EPSILON, epsilon, iterations));
    }
  }

  /**
   * Scores (N, P) between -1 and 1 of a whole batch to codes (N, P), each row with the sum 1;
   * without gradient, in the caller's scope.
   */
  public Tensor codes(Tensor scores) {
    Tensor codes;
    try (NoGrad noGrad = new NoGrad()) {
      ScalarTypeOptional sameType = new ScalarTypeOptional();
      Scalar samples = new Scalar((double) scores.size(0));
      Scalar prototypes = new Scalar((double) scores.size(1));
      Tensor q = scores.detach().sub(scores.max()).div(new Scalar(epsilon)).exp();
      for (int i = 0; i < iterations; i++) {
        q = q.div(q.sum(new long[] {0}, true, sameType)).div(prototypes);
        q = q.div(q.sum(new long[] {1}, true, sameType)).div(samples);
      }
      codes = Tensors.keep(q.mul(samples));
    }
    Tensors.hand(codes);
    return codes;
  }
}
