package io.mocov3.model;

import io.mocov3.model.Weights.Entry;
import io.mocov3.model.Weights.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * MoCo v3 (Algorithm 1). f_q = backbone + projector + predictor, trained; f_k = backbone +
 * projector, an exponential average of f_q. The average is taken before the keys are computed, as
 * in the reference. N batch, K embedding.
 *
 * <p>{@link #queries}, {@link #loss} and {@link #update} belong to one thread; {@link #keys} may
 * run on another one meanwhile, between two updates.
 */
public final class MoCoV3 implements AutoCloseable {
  private final Encoder base;
  private final Weights predictorWeights;
  private final Head predictor;
  private final KeyEncoder momentumEncoder;
  private final ContrastiveLoss loss;
  private final AdamW optimizer;
  private final Precision precision;

  public MoCoV3(
      MoCoV3Config config, AdamWConfig adamW, Placement placement, Precision precision, long seed) {
    this.precision = precision;
    base = new Encoder(config, placement, true, seed);
    predictorWeights = new Weights(placement, true);
    try (PointerScope scope = new PointerScope()) {
      predictor =
          new Head(
              predictorWeights,
              "predictor",
              config.projector().out(),
              config.predictor(),
              new Init(~seed));
    }
    momentumEncoder = new KeyEncoder(config, base, precision);
    loss = new ContrastiveLoss(config.temperature());
    optimizer = new AdamW(trained(), adamW);
  }

  /**
   * One training step, in the order of Algorithm 1. Views (N, 3, H, W) each, normalised.
   *
   * @return the loss
   */
  public double step(ViewPair x, double learningRate, double momentum) {
    try (PointerScope scope = new PointerScope()) {
      Queries q = queries(x);
      try (ViewPair k = keys(x, momentum)) {
        Tensor value = loss(q, k);
        value.backward();
        update(learningRate);
        return value.item_double();
      }
    }
  }

  /** q1, q2: (N, K) each, and what they were made from, in the caller's scope. */
  public Queries queries(ViewPair x) {
    try (Autocast autocast = new Autocast(base.weights().placement(), precision)) {
      return new Queries(query(x.first()), query(x.second()));
    }
  }

  /** Moves f_k, then k1, k2: (N, K) each, without gradient, owned by the caller. */
  public ViewPair keys(ViewPair x, double momentum) {
    momentumEncoder.update(momentum);
    return momentumEncoder.keys(x);
  }

  /** {@code ctr(q1, k2) + ctr(q2, k1)}, a scalar in the caller's scope. */
  public Tensor loss(Queries q, ViewPair k) {
    return loss.ctr(q.first().query(), k.second()).add(loss.ctr(q.second().query(), k.first()));
  }

  /** The optimizer step on the gradients that backward left; they are gone afterwards. */
  public void update(double learningRate) {
    optimizer.step(learningRate);
  }

  public Encoder base() {
    return base;
  }

  public KeyEncoder momentumEncoder() {
    return momentumEncoder;
  }

  public AdamW optimizer() {
    return optimizer;
  }

  /** What the optimizer sees, under the reference's names, in its order. */
  public List<Entry> trained() {
    return Stream.concat(prefixed("base_encoder.", base.weights()), prefixed("", predictorWeights))
        .filter(entry -> entry.kind() == Kind.TRAINED)
        .toList();
  }

  /** Every tensor of the model under the reference's names: what a checkpoint holds. */
  public SequencedMap<String, Tensor> tensors() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    Stream.of(
            prefixed("base_encoder.", base.weights()),
            prefixed("momentum_encoder.", momentumEncoder.weights()),
            prefixed("", predictorWeights))
        .flatMap(entries -> entries)
        .forEach(entry -> tensors.put(entry.name(), entry.tensor()));
    return tensors;
  }

  @Override
  public void close() {
    optimizer.close();
    momentumEncoder.close();
    predictorWeights.close();
    base.close();
  }

  private Queries.Query query(Tensor view) {
    Tensor features = base.features(view);
    Tensor projection = base.project(features);
    return new Queries.Query(features, projection, predictor.forward(projection));
  }

  private static Stream<Entry> prefixed(String prefix, Weights weights) {
    return weights.entries().stream()
        .map(entry -> new Entry(prefix + entry.name(), entry.tensor(), entry.kind()));
  }
}
