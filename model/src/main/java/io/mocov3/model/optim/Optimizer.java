package io.mocov3.model.optim;

import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Moves the trained tensors by their gradients. Knows only those; a frozen tensor is never decayed.
 * Owns its moments.
 */
public abstract sealed class Optimizer implements AutoCloseable
    permits AdamW, StableAdamW, Lars, Lamb {
  private final List<Entry> parameters;
  private final SequencedMap<String, List<Tensor>> moments = new LinkedHashMap<>();
  private final List<Cohort> cohorts;
  private long steps;

  /** Parameters that begin to move together, after so many steps in which they stay. */
  private record Cohort(List<Integer> indices, long waits) {}

  /** What moves in a step: its place among the parameters, and how often it has moved, now too. */
  record Moving(List<Integer> indices, long updates) {

    List<Tensor> of(List<Tensor> tensors) {
      return indices.stream().map(tensors::get).toList();
    }

    /** Of those of the moving ones the tensors for which the flag is set. */
    List<Tensor> only(boolean[] flags, List<Tensor> ofMoving) {
      return IntStream.range(0, indices.size())
          .filter(i -> flags[indices.get(i)])
          .mapToObj(ofMoving::get)
          .toList();
    }

    /** Those of them for which the flag is set. */
    Moving only(boolean[] flags) {
      return new Moving(indices.stream().filter(i -> flags[i]).toList(), updates);
    }
  }

  Optimizer(List<Entry> parameters, Map<String, Long> waits) {
    this.parameters = List.copyOf(parameters);
    List<Long> each =
        parameters.stream().map(entry -> waits.getOrDefault(entry.name(), 0L)).toList();
    cohorts =
        each.stream()
            .distinct()
            .map(
                wait ->
                    new Cohort(
                        IntStream.range(0, each.size())
                            .filter(i -> each.get(i).equals(wait))
                            .boxed()
                            .toList(),
                        wait))
            .toList();
  }

  public static Optimizer of(List<Entry> parameters, OptimizerConfig config) {
    return of(parameters, config, Map.of());
  }

  /** With the number of steps for which a parameter stays as it is, by its name. */
  public static Optimizer of(
      List<Entry> parameters, OptimizerConfig config, Map<String, Long> waits) {
    return switch (config) {
      case AdamWConfig adamW -> new AdamW(parameters, adamW, waits);
      case StableAdamWConfig stable -> new StableAdamW(parameters, stable, waits);
      case LarsConfig lars -> new Lars(parameters, lars, waits);
      case LambConfig lamb -> new Lamb(parameters, lamb, waits);
    };
  }

  /** Applies the collected gradients with learning rate {@code learningRate} and forgets them. */
  public final void step(double learningRate) {
    try (NoGrad noGrad = new NoGrad()) {
      steps++;
      List<Tensor> values = parameters.stream().map(Entry::tensor).toList();
      List<Tensor> gradients = parameters.stream().map(p -> p.tensor().grad()).toList();
      for (Cohort cohort : cohorts) {
        if (steps > cohort.waits()) {
          Moving moving = new Moving(cohort.indices(), steps - cohort.waits());
          apply(moving, values, gradients, learningRate);
        }
      }
      forget();
    }
  }

  /** Those that the next step moves: all that do not wait any more. */
  public final List<Entry> moving() {
    return cohorts.stream()
        .filter(cohort -> steps + 1 > cohort.waits())
        .flatMap(cohort -> cohort.indices().stream())
        .sorted()
        .map(parameters::get)
        .toList();
  }

  /** Drops the collected gradients. */
  public final void forget() {
    try (PointerScope scope = new PointerScope()) {
      parameters.forEach(p -> p.tensor().mutable_grad().reset());
    }
  }

  /** {@code values} and {@code gradients} of all parameters, in their order. */
  abstract void apply(
      Moving moving, List<Tensor> values, List<Tensor> gradients, double learningRate);

  /**
   * RMS_t of Wortsman et al. (2023) at the last update, before it bounds the rate: (P), the
   * parameters in their order, of those that began last where some waited. Empty for other
   * optimizers.
   */
  public Optional<Tensor> updateRms() {
    return Optional.empty();
  }

  /** Of each parameter whether weight decay moves it. */
  final boolean[] decayed(DecayExclusion exclusion) {
    boolean[] decayed = new boolean[parameters.size()];
    for (int i = 0; i < decayed.length; i++) {
      decayed[i] = !exclusion.spares(parameters.get(i));
    }
    return decayed;
  }

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
