package io.mocov3.model.optim;

import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.TorchOps;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * LARS (You et al. 2017): {@code g = (g + wd w) * eta |w| / |g + wd w|}, the ratio 1 where a norm
 * is 0; {@code buf = mu buf + g; w -= lr buf}. Tensors of one dimension keep their plain gradient.
 */
final class Lars extends Optimizer {
  private final LarsConfig config;
  private final List<Tensor> buffers;
  private final int[] scaled;

  Lars(List<Entry> parameters, LarsConfig config) {
    super(parameters);
    this.config = config;
    buffers = addMoments("mu");
    scaled =
        IntStream.range(0, parameters.size())
            .filter(i -> parameters.get(i).tensor().dim() > 1)
            .toArray();
  }

  @Override
  void apply(List<Tensor> values, List<Tensor> gradients, double learningRate) {
    List<Tensor> weights = TrustRatio.pick(scaled, values);
    List<Tensor> scaledGradients = TrustRatio.pick(scaled, gradients);
    TorchOps.foreachAdd(scaledGradients, weights, config.weightDecay());
    TrustRatio.scale(scaledGradients, weights, config.trustCoefficient());
    TorchOps.foreachMul(buffers, config.momentum());
    switch (config.form()) {
      case REFERENCE -> {
        TorchOps.foreachAdd(buffers, gradients, 1);
        TorchOps.foreachAdd(values, buffers, -learningRate);
      }
      case SIMCLR -> {
        TorchOps.foreachAdd(buffers, gradients, learningRate);
        TorchOps.foreachAdd(values, buffers, -1);
      }
    }
  }
}
