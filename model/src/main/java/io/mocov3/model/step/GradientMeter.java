package io.mocov3.model.step;

import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import io.mocov3.model.tensor.TorchOps;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Measures the collected gradients layer by layer on the device, and copies once to the host. */
final class GradientMeter implements AutoCloseable {
  private final List<Entry> parameters;
  private final List<String> layers;
  private final Tensor layerOf;
  private Factors factors = Factors.NONE;

  /** A gradient that is scaled before it is measured: what a fire drill asks for. */
  private record Factors(List<Entry> parameters, double factor) {
    static final Factors NONE = new Factors(List.of(), 1);
  }

  GradientMeter(List<Entry> parameters) {
    this.parameters = parameters;
    List<String> names = parameters.stream().map(Entry::layer).toList();
    layers = names.stream().distinct().toList();
    try (NoGrad noGrad = new NoGrad()) {
      layerOf =
          Tensors.keep(
              Tensor.create(names.stream().mapToLong(layers::indexOf).toArray())
                  .to(parameters.getFirst().tensor().device(), ScalarType.Long));
    }
  }

  List<String> layers() {
    return layers;
  }

  /** Multiplies the gradient of {@code layer}, or of all, at the next measurement. */
  void scaleNext(String layer, double factor) {
    factors =
        new Factors(
            parameters.stream()
                .filter(parameter -> layer.equals(Layers.ALL) || parameter.isOf(layer))
                .toList(),
            factor);
  }

  /** With the value of the scalar {@code loss}; waits for the device. */
  StepMeasurement measure(Tensor loss) {
    try (NoGrad noGrad = new NoGrad()) {
      if (!factors.parameters().isEmpty()) {
        TorchOps.foreachMul(gradients(factors.parameters()), factors.factor());
        factors = Factors.NONE;
      }
      List<Tensor> gradients = gradients(parameters);
      Tensor squares =
          zeros().index_add(0, layerOf, wide(TorchOps.foreachNorm(gradients)).square());
      Tensor largest = zeros().scatter_reduce(0, layerOf, wide(largest(gradients)), "amax", true);
      Tensor numbers =
          cat(
              loss.detach().to(ScalarType.Double).view(1),
              squares.sqrt(),
              squares.sum().sqrt().view(1),
              largest,
              largest.max().view(1));
      return read(numbers.cpu());
    }
  }

  /** On a CPU the infinity norm takes eight times as long as the extremes. */
  private static List<Tensor> largest(List<Tensor> gradients) {
    return gradients.getFirst().is_cuda()
        ? TorchOps.foreachLargest(gradients)
        : gradients.stream().map(GradientMeter::largest).toList();
  }

  static Tensor largest(Tensor gradient) {
    T_TensorTensor_T extremes = torch.aminmax(gradient);
    return torch.maximum(extremes.get0().neg(), extremes.get1());
  }

  private StepMeasurement read(Tensor numbers) {
    int count = layers.size() + 1;
    double[] values = new double[1 + 2 * count];
    new DoublePointer(numbers.data_ptr()).get(values);
    List<String> names = Stream.concat(layers.stream(), Stream.of(Layers.ALL)).toList();
    return new StepMeasurement(
        values[0],
        new GradientNorms(names, part(values, 1, count), part(values, 1 + count, count)));
  }

  private static List<Double> part(double[] values, int from, int count) {
    return Arrays.stream(values, from, from + count).boxed().toList();
  }

  private Tensor zeros() {
    return torch.zeros(
        new long[] {layers.size()},
        new TensorOptions(ScalarType.Double).device(new DeviceOptional(layerOf.device())));
  }

  private static Tensor wide(List<Tensor> scalars) {
    return torch.stack(new TensorVector(scalars.toArray(Tensor[]::new))).to(ScalarType.Double);
  }

  private static Tensor cat(Tensor... parts) {
    return torch.cat(new TensorVector(parts), 0);
  }

  private static List<Tensor> gradients(List<Entry> entries) {
    return entries.stream().map(entry -> entry.tensor().grad()).toList();
  }

  @Override
  public void close() {
    layerOf.releaseReference();
  }
}
