package io.mocov3.model.optim;

import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.TorchOps;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * LAMB (You et al. 2020): {@code u = m^ / (sqrt(v^) + eps) + wd w; w -= lr u |w| / |u|}, the ratio
 * 1 where a norm is 0. Tensors without weight decay take the ratio 1.
 */
final class Lamb extends Optimizer {
  private final LambConfig config;
  private final List<Tensor> firstMoments;
  private final List<Tensor> secondMoments;
  private final boolean[] decayed;

  Lamb(List<Entry> parameters, LambConfig config, Map<String, Long> waits) {
    super(parameters, waits);
    this.config = config;
    firstMoments = addMoments("exp_avg");
    secondMoments = addMoments("exp_avg_sq");
    decayed =
        config.weightDecay() > 0
            ? decayed(config.decayExclusion())
            : new boolean[parameters.size()];
  }

  @Override
  void apply(Moving moving, List<Tensor> values, List<Tensor> gradients, double learningRate) {
    List<Tensor> collected = moving.of(gradients);
    if (config.maxGradientNorm() > 0) {
      GradientClip.scale(collected, config.maxGradientNorm(), 0);
    }
    Moments moments =
        new Moments(
            moving.of(firstMoments), moving.of(secondMoments), config.beta1(), config.beta2());
    moments.take(collected);
    List<Tensor> updates =
        moments.updates(moments.roots(moving.updates()), config.epsilon(), moving.updates());
    List<Tensor> weights = moving.of(values);
    List<Tensor> decayedUpdates = moving.only(decayed, updates);
    List<Tensor> decayedWeights = moving.only(decayed, weights);
    TorchOps.foreachAdd(decayedUpdates, decayedWeights, config.weightDecay());
    TrustRatio.scale(decayedUpdates, decayedWeights, 1);
    TorchOps.foreachAdd(weights, updates, -learningRate);
  }
}
