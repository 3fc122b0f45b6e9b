package io.mocov3.model;

import io.mocov3.model.Weights.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * AdamW on libtorch's fused kernel: {@code w -= lr * (wd * w + m^ / (sqrt(v^) + eps))}. Knows only
 * the trained tensors; a frozen one is never decayed.
 */
public final class AdamW implements AutoCloseable {
  private final AdamWConfig config;
  private final List<Entry> parameters;
  private final List<Tensor> firstMoments = new ArrayList<>();
  private final List<Tensor> secondMoments = new ArrayList<>();
  private final Tensor stepTensor;
  private long steps;

  public AdamW(List<Entry> parameters, AdamWConfig config) {
    this.config = config;
    this.parameters = List.copyOf(parameters);
    try (NoGrad noGrad = new NoGrad()) {
      for (Entry parameter : parameters) {
        firstMoments.add(keep(torch.zeros_like(parameter.tensor())));
        secondMoments.add(keep(torch.zeros_like(parameter.tensor())));
      }
      Tensor any = parameters.getFirst().tensor();
      stepTensor =
          keep(
              torch
                  .empty(
                      new long[0],
                      new TensorOptions(ScalarType.Float)
                          .device(new org.bytedeco.pytorch.DeviceOptional(any.device())),
                      null)
                  .zero_());
    }
  }

  /** Applies the collected gradients with learning rate {@code learningRate} and forgets them. */
  public void step(double learningRate) {
    try (NoGrad noGrad = new NoGrad()) {
      steps++;
      stepTensor.fill_(new Scalar((double) steps));
      List<Tensor> gradients = parameters.stream().map(p -> p.tensor().grad()).toList();
      List<Tensor> values = parameters.stream().map(Entry::tensor).toList();
      TorchOps.fusedAdamW(
          values, gradients, firstMoments, secondMoments, stepTensor, learningRate, config);
      parameters.forEach(p -> p.tensor().mutable_grad().reset());
    }
  }

  /** Updates applied so far. */
  public long steps() {
    return steps;
  }

  void restoreSteps(long restored) {
    steps = restored;
  }

  /** {@code exp_avg.NAME} and {@code exp_avg_sq.NAME} of each trained tensor. */
  public SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      state.put("exp_avg." + parameters.get(i).name(), firstMoments.get(i));
      state.put("exp_avg_sq." + parameters.get(i).name(), secondMoments.get(i));
    }
    return state;
  }

  @Override
  public void close() {
    firstMoments.forEach(Tensor::releaseReference);
    secondMoments.forEach(Tensor::releaseReference);
    stepTensor.releaseReference();
    try (PointerScope scope = new PointerScope()) {
      parameters.forEach(p -> p.tensor().mutable_grad().reset());
    }
  }

  private static Tensor keep(Tensor tensor) {
    tensor.retainReference();
    return tensor;
  }
}
