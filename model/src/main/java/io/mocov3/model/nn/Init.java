package io.mocov3.model.nn;

import io.mocov3.model.device.Placement;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Draws initial values from one seeded generator on the CPU, in fp32, so that a seed gives the same
 * network on every device. Bounds as in the reference (facts 1.3). Draws nothing for the meta
 * device.
 */
public final class Init {
  private final GeneratorOptional generator;
  private final TensorOptions options;

  public Init(long seed, Placement placement) {
    Placement drawn = placement.equals(Placement.META) ? placement : Placement.CPU;
    options = drawn.options(ScalarType.Float);
    Generator seeded = torch.make_generator_cpu(seed);
    generator = new GeneratorOptional(seeded);
  }

  /** Uniform in [-bound, bound). */
  public Tensor uniform(double bound, long... shape) {
    return torch.empty(shape, options, null).uniform_(-bound, bound, generator);
  }

  /** Normal around 0. */
  public Tensor normal(double std, long... shape) {
    return torch.empty(shape, options, null).normal_(0, std, generator);
  }

  /** Xavier-uniform of a (out, in) matrix. */
  public Tensor xavier(long out, long in) {
    return uniform(Math.sqrt(6.0 / (out + in)), out, in);
  }

  /** Kaiming-uniform with a = sqrt(5), PyTorch's default of a Linear layer: bound 1/sqrt(in). */
  public Tensor torchDefault(long out, long in) {
    return uniform(1 / Math.sqrt((double) in), out, in);
  }

  /** The same for a convolution with a K x K kernel: bound 1/sqrt(in K K). */
  public Tensor torchDefault(long out, long in, long kernel) {
    return uniform(1 / Math.sqrt((double) in * kernel * kernel), out, in, kernel, kernel);
  }

  /** Kaiming-normal over the fan out, for a convolution before ReLU: std sqrt(2 / (out K K)). */
  public Tensor kaiming(long out, long in, long kernel) {
    return normal(Math.sqrt(2.0 / (out * kernel * kernel)), out, in, kernel, kernel);
  }

  public static Tensor zeros(long... shape) {
    return empty(shape).zero_();
  }

  static Tensor ones(long... shape) {
    return empty(shape).fill_(new Scalar(1.0));
  }

  private static Tensor empty(long... shape) {
    return torch.empty(shape, new TensorOptions(ScalarType.Float), null);
  }
}
