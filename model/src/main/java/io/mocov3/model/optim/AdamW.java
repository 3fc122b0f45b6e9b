package io.mocov3.model.optim;

import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import io.mocov3.model.tensor.TorchOps;
import java.util.ArrayList;
import java.util.List;
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
  private final List<Integer> decayed = new ArrayList<>();
  private final List<Integer> spared = new ArrayList<>();
  private final Tensor stepTensor;

  AdamW(List<Entry> parameters, AdamWConfig config) {
    super(parameters);
    this.config = config;
    firstMoments = addMoments("exp_avg");
    secondMoments = addMoments("exp_avg_sq");
    for (int i = 0; i < parameters.size(); i++) {
      (config.decayExclusion().spares(parameters.get(i)) ? spared : decayed).add(i);
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
  void apply(List<Tensor> values, List<Tensor> gradients, double learningRate) {
    stepTensor.fill_(new Scalar((double) steps()));
    apply(decayed, config.weightDecay(), values, gradients, learningRate);
    apply(spared, 0, values, gradients, learningRate);
  }

  private void apply(
      List<Integer> group,
      double weightDecay,
      List<Tensor> values,
      List<Tensor> gradients,
      double learningRate) {
    if (!group.isEmpty()) {
      TorchOps.fusedAdamW(
          pick(group, values),
          pick(group, gradients),
          pick(group, firstMoments),
          pick(group, secondMoments),
          stepTensor,
          new TorchOps.AdamWRates(
              learningRate, config.beta1(), config.beta2(), weightDecay, config.epsilon()));
    }
  }

  private static List<Tensor> pick(List<Integer> group, List<Tensor> tensors) {
    return group.stream().map(tensors::get).toList();
  }

  @Override
  public void close() {
    super.close();
    stepTensor.releaseReference();
  }
}
