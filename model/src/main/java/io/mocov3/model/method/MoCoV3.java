package io.mocov3.model.method;

import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.Head;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.nn.Weights.Kind;
import io.mocov3.model.tensor.Autocast;
import io.mocov3.model.tensor.Placement;
import io.mocov3.model.tensor.Precision;
import io.mocov3.model.tensor.ViewPair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * MoCo v3 (Algorithm 1). f_q = backbone + projector + predictor, trained; f_k = backbone +
 * projector, an exponential average of f_q. N batch, K embedding. A step is made of it by {@code
 * TrainingStep}:
 *
 * <pre>
 *   q1, q2 = query(x1), query(x2)
 *   k1, k2 = keys(x1, x2)
 *   loss = ctr(q1, k2) + ctr(q2, k1)
 * </pre>
 *
 * <p>All methods belong to one thread, except {@link #moveKeyEncoder} and {@link #keys}, which may
 * run on another one between two updates of the weights.
 */
public final class MoCoV3 implements AutoCloseable {
  private final Precision precision;
  private final Encoder base;
  private final Weights predictorWeights;
  private final Optional<Head> predictor;
  private final KeyEncoder momentumEncoder;
  private final ContrastiveLoss loss;

  public MoCoV3(MoCoV3Config network, Precision precision, Placement placement, long seed) {
    this.precision = precision;
    base = new Encoder(network.backbone(), network.projector(), placement, EncoderRole.BASE, seed);
    predictorWeights = new Weights(placement, EncoderRole.BASE);
    predictorWeights.enter(Layers.PREDICTOR);
    try (PointerScope scope = new PointerScope()) {
      predictor =
          network
              .predictor()
              .map(
                  head ->
                      new Head(
                          predictorWeights,
                          "predictor",
                          network.projector().out(),
                          head,
                          new Init(~seed, placement)));
    }
    momentumEncoder = new KeyEncoder(network, base, precision);
    loss = new ContrastiveLoss(network.temperature());
  }

  /** q: (N, K), and what it was made from, in the caller's scope. */
  public Query query(Tensor view) {
    try (Autocast autocast = new Autocast(base.weights().placement(), precision)) {
      Tensor features = base.features(view);
      Tensor projection = base.project(features);
      Tensor query = predictor.isPresent() ? predictor.get().forward(projection) : projection;
      return new Query(features, projection, query);
    }
  }

  /** k1, k2: (N, K) each, without gradient, owned by the caller. */
  public ViewPair keys(ViewPair x) {
    return momentumEncoder.keys(x);
  }

  /** The loss of queries against the keys of the other view, a scalar in the caller's scope. */
  public Tensor ctr(Query q, Tensor k) {
    return loss.ctr(q.query(), k);
  }

  /** {@code f_k = m f_k + (1 - m) f_q}, parameter by parameter. */
  public void moveKeyEncoder(double momentum) {
    momentumEncoder.update(momentum);
  }

  /** {@code ||theta_q - theta_k|| / ||theta_q||} over the parameters both encoders have. */
  public double queryKeyDrift() {
    return momentumEncoder.drift();
  }

  public Encoder base() {
    return base;
  }

  /** What is trained, under the reference's names, in its order. */
  public List<Entry> trained() {
    return Stream.concat(prefixed("base_encoder.", base.weights()), prefixed("", predictorWeights))
        .filter(entry -> entry.kind() == Kind.TRAINED)
        .toList();
  }

  /** Every tensor under the reference's names. */
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

  /** The weights of every network. */
  public Stream<Weights> networks() {
    return Stream.of(base.weights(), momentumEncoder.weights(), predictorWeights);
  }

  @Override
  public void close() {
    momentumEncoder.close();
    predictorWeights.close();
    base.close();
  }

  private static Stream<Entry> prefixed(String prefix, Weights weights) {
    return weights.entries().stream().map(entry -> entry.below(prefix));
  }
}
