package io.mocov3.model.nn;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Stochastic depth (arXiv 1603.09382): in training a residual branch is left out for whole samples,
 * in the first block never, in the last with the full rate, linearly in between; what stays is
 * scaled by {@code 1 / (1 - rate)}. Draws on the CPU, from {@link #begin}.
 */
public final class DropPath implements AutoCloseable {
  /** Leaves nothing out. */
  public static final DropPath NONE = new DropPath(0);

  private final double rate;
  private Optional<GeneratorOptional> generator = Optional.empty();

  /**
   * @param rate of the last block, at least 0 and below 1
   */
  public DropPath(double rate) {
    this.rate = rate;
  }

  /** The next draws are those of a seed. */
  public void begin(long seed) {
    if (rate > 0) {
      close();
      try (PointerScope scope = new PointerScope()) {
        Generator seeded = torch.make_generator_cpu(seed);
        GeneratorOptional next = new GeneratorOptional(seeded);
        next.retainReference();
        generator = Optional.of(next);
      }
    }
  }

  /** What happens to the residual branches (N, ...) of one of so many blocks. */
  public UnaryOperator<Tensor> branch(Weights weights, int block, int blocks) {
    double own = blocks == 1 ? 0 : rate * block / (blocks - 1);
    return own == 0 ? UnaryOperator.identity() : x -> weights.isTraining() ? dropped(x, own) : x;
  }

  private Tensor dropped(Tensor x, double own) {
    GeneratorOptional draws =
        generator.orElseThrow(() -> new IllegalStateException("no draw was begun"));
    long[] each = new long[(int) x.dim()];
    Arrays.fill(each, 1);
    each[0] = x.size(0);
    Tensor kept = torch.empty(each).bernoulli_(1 - own, draws).div_(new Scalar(1 - own));
    return x.mul(kept.to(x.device(), x.scalar_type()));
  }

  @Override
  public void close() {
    generator.ifPresent(GeneratorOptional::releaseReference);
    generator = Optional.empty();
  }
}
