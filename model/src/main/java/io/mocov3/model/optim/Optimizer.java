package io.mocov3.model.optim;

import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Moves the trained tensors by their gradients. Knows only those; a frozen tensor is never decayed.
 * Owns its moments.
 */
public abstract sealed class Optimizer implements AutoCloseable permits AdamW, Lars, Lamb {
  private final List<Entry> parameters;
  private final SequencedMap<String, List<Tensor>> moments = new LinkedHashMap<>();
  private long steps;

  Optimizer(List<Entry> parameters) {
    this.parameters = List.copyOf(parameters);
  }

  public static Optimizer of(List<Entry> parameters, OptimizerConfig config) {
    return switch (config) {
      case AdamWConfig adamW -> new AdamW(parameters, adamW);
      case LarsConfig lars -> new Lars(parameters, lars);
      case LambConfig lamb -> new Lamb(parameters, lamb);
    };
  }

  /** Applies the collected gradients with learning rate {@code learningRate} and forgets them. */
  public final void step(double learningRate) {
    try (NoGrad noGrad = new NoGrad()) {
      steps++;
      List<Tensor> values = parameters.stream().map(Entry::tensor).toList();
      List<Tensor> gradients = parameters.stream().map(p -> p.tensor().grad()).toList();
      apply(values, gradients, learningRate);
      forget();
    }
  }

  /** Drops the collected gradients. */
  public final void forget() {
    try (PointerScope scope = new PointerScope()) {
      parameters.forEach(p -> p.tensor().mutable_grad().reset());
    }
  }

  /** {@code values} and {@code gradients} in the order of the parameters. */
  abstract void apply(List<Tensor> values, List<Tensor> gradients, double learningRate);

  /** One zero for each number of each parameter, saved and restored as {@code name.PARAMETER}. */
  final List<Tensor> addMoments(String name) {
    try (NoGrad noGrad = new NoGrad()) {
      List<Tensor> added =
          parameters.stream()
              .map(parameter -> Tensors.keep(torch.zeros_like(parameter.tensor())))
              .toList();
      moments.put(name, added);
      return added;
    }
  }

  public final List<Entry> parameters() {
    return parameters;
  }

  /** Updates applied so far, the one under way included. */
  public final long steps() {
    return steps;
  }

  public final void restoreSteps(long restored) {
    steps = restored;
  }

  /** Every moment of each trained tensor. */
  public final SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      int index = i;
      moments.forEach(
          (name, tensors) ->
              state.put(name + "." + parameters.get(index).name(), tensors.get(index)));
    }
    return state;
  }

  @Override
  public void close() {
    moments.values().forEach(tensors -> tensors.forEach(Tensor::releaseReference));
    forget();
  }
}
