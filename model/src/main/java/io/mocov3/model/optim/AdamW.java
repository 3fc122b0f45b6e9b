package io.mocov3.model.optim;

import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import io.mocov3.model.tensor.TorchOps;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** AdamW on libtorch's fused kernel: {@code w -= lr * (wd * w + m^ / (sqrt(v^) + eps))}. */
final class AdamW extends Optimizer {
  private final AdamWConfig config;
  private final List<Tensor> firstMoments;
  private final List<Tensor> secondMoments;
  private final boolean[] decayed;
  private final boolean[] spared;
  private final Tensor stepTensor;

  AdamW(List<Entry> parameters, AdamWConfig config, Map<String, Long> waits) {
    super(parameters, waits);
    this.config = config;
    firstMoments = addMoments("exp_avg");
    secondMoments = addMoments("exp_avg_sq");
    decayed = decayed(config.decayExclusion());
    spared = new boolean[decayed.length];
    for (int i = 0; i < decayed.length; i++) {
      spared[i] = !decayed[i];
    }
    try (NoGrad noGrad = new NoGrad()) {
      Tensor any = parameters.getFirst().tensor();
      TensorOptions onItsDevice =
          new TensorOptions(ScalarType.Float)
              .device(new org.bytedeco.pytorch.DeviceOptional(any.device()));
      stepTensor = Tensors.keep(torch.empty(new long[0], onItsDevice, null).zero_());
    }
  }

  @Override
  void apply(Moving moving, List<Tensor> values, List<Tensor> gradients, double learningRate) {
    stepTensor.fill_(new Scalar((double) moving.updates()));
    apply(moving.only(decayed), config.weightDecay(), values, gradients, learningRate);
    apply(moving.only(spared), 0, values, gradients, learningRate);
  }

  private void apply(
      Moving group,
      double weightDecay,
      List<Tensor> values,
      List<Tensor> gradients,
      double learningRate) {
    if (!group.indices().isEmpty()) {
      TorchOps.fusedAdamW(
          group.of(values),
          group.of(gradients),
          group.of(firstMoments),
          group.of(secondMoments),
          stepTensor,
          new TorchOps.AdamWRates(
              learningRate, config.beta1(), config.beta2(), weightDecay, config.epsilon()));
    }
  }

  @Override
  public void close() {
    super.close();
    stepTensor.releaseReference();
  }
}
