package io.mocov3.model.memory;

import io.mocov3.model.device.Placement;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.step.StepConfig;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.TensorStaging;
import java.util.Collection;
import org.bytedeco.pytorch.Tensor;

/**
 * What a training keeps from its first step to its last, in bytes; {@code parameters} are numbers
 * of the base encoder. Found on libtorch's meta device, which knows shapes and has no memory.
 */
public record ModelSize(
    long parameters, long encoder, long weights, long trained, long moments, long staging) {

  public static ModelSize of(MethodConfig network, StepConfig step) {
    try (TrainingStep model = new TrainingStep(network, step, Placement.META, 0)) {
      return new ModelSize(
          model.base().weights().parameters().stream().mapToLong(Tensor::numel).sum(),
          bytes(model.base().weights().tensors().values()),
          bytes(model.tensors().values()),
          bytes(model.trained().stream().map(Weights.Entry::tensor).toList()),
          bytes(model.optimizer().state().values()),
          TensorStaging.bytes(model.tensors()) + TensorStaging.bytes(model.optimizer().state()));
    }
  }

  private static long bytes(Collection<Tensor> tensors) {
    return tensors.stream().mapToLong(Tensor::nbytes).sum();
  }
}
