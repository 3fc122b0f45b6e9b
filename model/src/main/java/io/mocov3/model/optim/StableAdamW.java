package io.mocov3.model.optim;

import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.Tensors;
import io.mocov3.model.tensor.TorchOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * StableAdamW (Wortsman et al., 2023, Algorithm 2): AdamW with AdaFactor's clipping of updates, so
 * that a spike of a gradient does not meet a second moment that has not seen it. For each tensor
 * {@code RMS = sqrt(mean(g^2 / max(v^, eps^2))); w -= lr / max(1, RMS) (wd w + m^ / (sqrt(v^) +
 * eps))}.
 */
final class StableAdamW extends Optimizer {
  private final StableAdamWConfig config;
  private final List<Tensor> firstMoments;
  private final List<Tensor> secondMoments;
  private final boolean[] decayed;
  private Optional<Tensor> updateRms = Optional.empty();

  StableAdamW(List<Entry> parameters, StableAdamWConfig config, Map<String, Long> waits) {
    super(parameters, waits);
    this.config = config;
    firstMoments = addMoments("exp_avg");
    secondMoments = addMoments("exp_avg_sq");
    decayed = decayed(config.decayExclusion());
  }

  @Override
  void apply(Moving moving, List<Tensor> values, List<Tensor> gradients, double learningRate) {
    List<Tensor> collected = moving.of(gradients);
    List<Tensor> weights = moving.of(values);
    Moments moments =
        new Moments(
            moving.of(firstMoments), moving.of(secondMoments), config.beta1(), config.beta2());
    moments.take(collected);
    List<Tensor> roots = moments.roots(moving.updates());
    Tensor rms = rms(collected, roots);
    List<Tensor> updates = moments.updates(roots, config.epsilon(), moving.updates());
    List<Tensor> decayedUpdates = moving.only(decayed, updates);
    List<Tensor> decayedWeights = moving.only(decayed, weights);
    TorchOps.foreachAdd(decayedUpdates, decayedWeights, config.weightDecay());
    Tensor shares = rms.clamp_min(new Scalar(1.0)).reciprocal();
    TorchOps.foreachMul(
        updates, LongStream.range(0, updates.size()).mapToObj(i -> shares.select(0, i)).toList());
    TorchOps.foreachAdd(weights, updates, -learningRate);
    keep(rms);
  }

  /** Root mean square of each tensor's {@code g / max(sqrt(v^), eps)}. */
  private Tensor rms(List<Tensor> gradients, List<Tensor> roots) {
    Scalar least = new Scalar(config.epsilon());
    List<Tensor> bounded = roots.stream().map(root -> root.clamp_min(least)).toList();
    List<Tensor> relative = TorchOps.foreachDiv(gradients, bounded);
    List<Tensor> norms = TorchOps.foreachNorm(relative);
    List<Tensor> means = new ArrayList<>();
    for (int i = 0; i < norms.size(); i++) {
      means.add(norms.get(i).div(new Scalar(Math.sqrt((double) gradients.get(i).numel()))));
    }
    return TrustRatio.stack(means);
  }

  private void keep(Tensor rms) {
    updateRms.ifPresent(Tensor::releaseReference);
    updateRms = Optional.of(Tensors.keep(rms));
  }

  @Override
  public Optional<Tensor> updateRms() {
    return updateRms;
  }

  @Override
  public void close() {
    super.close();
    updateRms.ifPresent(Tensor::releaseReference);
    updateRms = Optional.empty();
  }
}
