package io.mocov3.model.optim;

import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.TorchOps;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * LAMB (You et al. 2020): {@code u = m^ / (sqrt(v^) + eps) + wd w; w -= lr u |w| / |u|}, the ratio
 * 1 where a norm is 0. Tensors without weight decay take the ratio 1.
 */
final class Lamb extends Optimizer {
  private final LambConfig config;
  private final List<Tensor> firstMoments;
  private final List<Tensor> secondMoments;
  private final int[] decayed;

  Lamb(List<Entry> parameters, LambConfig config) {
    super(parameters);
    this.config = config;
    firstMoments = addMoments("exp_avg");
    secondMoments = addMoments("exp_avg_sq");
    decayed =
        IntStream.range(0, config.weightDecay() > 0 ? parameters.size() : 0)
            .filter(i -> !config.decayExclusion().spares(parameters.get(i)))
            .toArray();
  }

  @Override
  void apply(List<Tensor> values, List<Tensor> gradients, double learningRate) {
    if (config.maxGradientNorm() > 0) {
      GradientClip.scale(gradients, config.maxGradientNorm(), 0);
    }
    TorchOps.foreachLerp(firstMoments, gradients, 1 - config.beta1());
    TorchOps.foreachMul(secondMoments, config.beta2());
    TorchOps.foreachAddcmul(secondMoments, gradients, gradients, 1 - config.beta2());
    List<Tensor> denominators = TorchOps.foreachSqrt(secondMoments);
    TorchOps.foreachMul(
        denominators, 1 / Math.sqrt(1 - Math.pow(config.beta2(), (double) steps())));
    TorchOps.foreachAdd(denominators, config.epsilon());
    List<Tensor> updates = TorchOps.foreachDiv(firstMoments, denominators);
    TorchOps.foreachMul(updates, 1 / (1 - Math.pow(config.beta1(), (double) steps())));
    List<Tensor> decayedUpdates = TrustRatio.pick(decayed, updates);
    List<Tensor> weights = TrustRatio.pick(decayed, values);
    TorchOps.foreachAdd(decayedUpdates, weights, config.weightDecay());
    TrustRatio.scale(decayedUpdates, weights, 1);
    TorchOps.foreachAdd(values, updates, -learningRate);
  }
}
