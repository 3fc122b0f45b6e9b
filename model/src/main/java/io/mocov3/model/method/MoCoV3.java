package io.mocov3.model.method;

import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.method.Term.View;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.Head;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * MoCo v3 (Algorithm 1). f_q = backbone + projector + predictor, trained; f_k = backbone +
 * projector, an exponential average of f_q.
 *
 * <pre>
 *   q1, q2 = query(features(x1)), query(features(x2))
 *   k1, k2 = target.keys(x1, x2)
 *   loss = ctr(q1, k2) + ctr(q2, k1)
 *   f_k = m f_k + (1 - m) f_q
 * </pre>
 */
final class MoCoV3 implements Method {
  private final Precision precision;
  private final Encoder base;
  private final Weights predictorWeights;
  private final Optional<Head> predictor;
  private final KeyEncoder momentumEncoder;
  private final ContrastiveLoss loss;

  MoCoV3(MoCoV3Config config, Precision precision, Placement placement, long seed) {
    this.precision = precision;
    base =
        new Encoder(
            config.backbone(), config.projector(), placement, EncoderRole.BASE, seed, precision);
    predictorWeights = new Weights(placement, EncoderRole.BASE);
    predictorWeights.enter(Layers.PREDICTOR);
    try (PointerScope scope = new PointerScope()) {
      predictor =
          config
              .predictor()
              .map(
                  head ->
                      new Head(
                          predictorWeights,
                          "predictor",
                          config.projector().out(),
                          head,
                          new Init(~seed, placement)));
    }
    momentumEncoder = new KeyEncoder(config, base, precision);
    loss = new ContrastiveLoss(config.temperature());
  }

  @Override
  public Tensor features(Tensor view) {
    return base.features(view);
  }

  @Override
  public Query query(Tensor features) {
    try (Autocast autocast = new Autocast(base.weights().placement(), precision)) {
      Tensor projection = base.project(features);
      Tensor query = predictor.isPresent() ? predictor.get().forward(projection) : projection;
      return new Query(features, projection, query);
    }
  }

  @Override
  public List<Term> terms() {
    return List.of(Term.of(View.FIRST), Term.of(View.SECOND));
  }

  /** The queries of a view against the keys of the other. */
  @Override
  public Tensor loss(Term term, List<Query> queries, Targets targets) {
    Tensor q = queries.getFirst().query();
    Tensor k = term.views().getFirst().other().of(targets.keys().orElseThrow());
    return loss.ctr(q, k, targets.offset());
  }

  @Override
  public Optional<Target> target() {
    return Optional.of(momentumEncoder);
  }

  @Override
  public Encoder base() {
    return base;
  }

  @Override
  public List<Network> networks() {
    return List.of(
        new Network("base_encoder.", base.weights(), true),
        new Network("momentum_encoder.", momentumEncoder.weights(), false),
        new Network("", predictorWeights, true));
  }

  @Override
  public void close() {
    momentumEncoder.close();
    predictorWeights.close();
    base.close();
  }
}
