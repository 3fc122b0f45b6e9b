package io.mocov3.model.optim;

import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.TorchOps;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * LARS (You et al. 2017): {@code g = (g + wd w) * eta |w| / |g + wd w|}, the ratio 1 where a norm
 * is 0; {@code buf = mu buf + g; w -= lr buf}. Tensors of one dimension keep their plain gradient.
 */
final class Lars extends Optimizer {
  private final LarsConfig config;
  private final List<Tensor> buffers;
  private final boolean[] scaled;

  Lars(List<Entry> parameters, LarsConfig config, Map<String, Long> waits) {
    super(parameters, waits);
    this.config = config;
    buffers = addMoments("mu");
    scaled = new boolean[parameters.size()];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = parameters.get(i).tensor().dim() > 1;
    }
  }

  @Override
  void apply(Moving moving, List<Tensor> values, List<Tensor> gradients, double learningRate) {
    List<Tensor> weights = moving.only(scaled).of(values);
    List<Tensor> scaledGradients = moving.only(scaled).of(gradients);
    TorchOps.foreachAdd(scaledGradients, weights, config.weightDecay());
    TrustRatio.scale(scaledGradients, weights, config.trustCoefficient());
    List<Tensor> moved = moving.of(buffers);
    TorchOps.foreachMul(moved, config.momentum());
    switch (config.form()) {
      case REFERENCE -> {
        TorchOps.foreachAdd(moved, moving.of(gradients), 1);
        TorchOps.foreachAdd(moving.of(values), moved, -learningRate);
      }
      case SIMCLR -> {
        TorchOps.foreachAdd(moved, moving.of(gradients), learningRate);
        TorchOps.foreachAdd(moving.of(values), moved, -1);
      }
    }
  }
}
