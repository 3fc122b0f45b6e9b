package io.mocov3.model.method;

import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.nn.BatchStatistics;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.Head;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.LayerNames;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.nn.Weights.Kind;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.optim.Optimizer;
import io.mocov3.model.tensor.Autocast;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Placement;
import io.mocov3.model.tensor.Tensors;
import io.mocov3.model.tensor.ViewPair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * MoCo v3 (Algorithm 1). f_q = backbone + projector + predictor, trained; f_k = backbone +
 * projector, an exponential average of f_q. N batch, K embedding.
 *
 * <p>The two terms of the loss go backward one after the other, so only one graph is in memory. The
 * gradients are those of the sum, bit for bit in fp32.
 *
 * <p>All methods belong to one thread, except {@link #keys}, which may run on another one between
 * two updates.
 */
public final class MoCoV3 implements AutoCloseable {
  private final StepConfig config;
  private final Encoder base;
  private final Weights predictorWeights;
  private final Optional<Head> predictor;
  private final KeyEncoder momentumEncoder;
  private final ContrastiveLoss loss;
  private final Optimizer optimizer;
  private final Tensor stepLoss;
  private final GradientMeter meter;
  private final BatchStatistics statistics;
  private GradientClip clip;
  private Optional<FrozenProjection> frozen = Optional.empty();
  private boolean keyEncoderIsAhead;

  public MoCoV3(MoCoV3Config network, StepConfig config, Placement placement, long seed) {
    this.config = config;
    config.check(network.backbone());
    config.precision().configure(placement);
    base = new Encoder(network, placement, EncoderRole.BASE, seed);
    predictorWeights = new Weights(placement, EncoderRole.BASE);
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
      stepLoss = Tensors.keep(Init.zeros().to(placement.torchDevice(), placement.dtype()));
    }
    momentumEncoder = new KeyEncoder(network, base, config.precision());
    loss = new ContrastiveLoss(network.temperature());
    optimizer = Optimizer.of(trained(), config.optimizer());
    meter = new GradientMeter(optimizer.parameters());
    clip = config.clip();
    statistics =
        new BatchStatistics(Stream.of(base.weights(), momentumEncoder.weights(), predictorWeights));
  }

  /**
   * One training step. Views (N, 3, H, W) each, normalised.
   *
   * @return the loss, {@code ctr(q1, k2) + ctr(q2, k1)}
   */
  public double step(ViewPair x, double learningRate, double momentum) {
    try (ViewPair k = keys(x, momentum)) {
      forwardBackward(x.first(), k.second());
      forwardBackward(x.second(), k.first());
    }
    double value = takeLoss();
    update(learningRate, momentum);
    return value;
  }

  private void forwardBackward(Tensor view, Tensor keys) {
    try (PointerScope scope = new PointerScope()) {
      backward(query(view), keys);
    }
  }

  /** q: (N, K), and what it was made from, in the caller's scope. */
  public Query query(Tensor view) {
    try (Autocast autocast = new Autocast(base.weights().placement(), config.precision())) {
      Tensor features = base.features(view);
      Tensor projection = base.project(features);
      Tensor query = predictor.isPresent() ? predictor.get().forward(projection) : projection;
      return new Query(features, projection, query);
    }
  }

  /** Moves f_k if it is time, then k1, k2: (N, K) each, without gradient, owned by the caller. */
  public ViewPair keys(ViewPair x, double momentum) {
    if (config.emaOrder() == EmaOrder.BEFORE_KEYS && !keyEncoderIsAhead) {
      momentumEncoder.update(momentum);
    }
    keyEncoderIsAhead = false;
    return momentumEncoder.keys(x);
  }

  /** Adds the gradients of {@code ctr(q, k)} to those collected, and its value to the loss. */
  public void backward(Query q, Tensor keys) {
    try (PointerScope scope = new PointerScope()) {
      Tensor term = loss.ctr(q.query(), keys);
      term.backward();
      try (NoGrad noGrad = new NoGrad()) {
        stepLoss.add_(term.detach());
      }
    }
  }

  /** The sum of the terms since the last call. Waits for the device. */
  public double takeLoss() {
    try (NoGrad noGrad = new NoGrad()) {
      double value = stepLoss.item_double();
      stepLoss.fill_(new Scalar(0.0));
      return value;
    }
  }

  /** {@link #takeLoss} with the norms of the collected gradients, before any clip. */
  public StepMeasurement measure() {
    StepMeasurement measurement = meter.measure(stepLoss);
    try (NoGrad noGrad = new NoGrad()) {
      stepLoss.fill_(new Scalar(0.0));
    }
    return measurement;
  }

  /**
   * The optimizer step on the collected gradients, which are gone afterwards; then f_k moves if it
   * is time.
   */
  public void update(double learningRate, double momentum) {
    clip.apply(optimizer.parameters());
    optimizer.step(learningRate);
    frozen.ifPresent(FrozenProjection::restore);
    if (config.emaOrder() == EmaOrder.AFTER_UPDATE) {
      momentumEncoder.update(momentum);
    }
  }

  /** Begins a step that {@link #discard} may undo. */
  public void begin() {
    statistics.save();
  }

  /**
   * Instead of {@link #update}: drops the gradients and returns the statistics of every BatchNorm
   * to those of {@link #begin}. If f_k has moved already, it will not move again towards the same
   * weights: as if the step had not been.
   */
  public void discard() {
    optimizer.forget();
    statistics.restore();
    keyEncoderIsAhead = config.emaOrder() == EmaOrder.BEFORE_KEYS;
  }

  /** Whether f_k has made the move of the next step already. */
  public boolean keyEncoderIsAhead() {
    return keyEncoderIsAhead;
  }

  public void restoreKeyEncoderIsAhead(boolean ahead) {
    keyEncoderIsAhead = ahead;
  }

  /** From now on the patch projection keeps its present bits, whatever its gradient. */
  public void freezePatchProjection() {
    frozen.ifPresent(FrozenProjection::close);
    frozen = Optional.of(new FrozenProjection(trained()));
  }

  /** From now on the patch projection's gradient is bounded so; the bound on all stays. */
  public void clipPatchProjection(double bound) {
    clip = new GradientClip(bound, clip.global());
  }

  /** The layers of {@link GradientNorms}, from the input on, without {@link LayerNames#ALL}. */
  public List<String> layers() {
    return meter.layers();
  }

  /** A fire drill: the gradient of {@code layer} is multiplied before the next measurement. */
  public void scaleNextGradient(String layer, double factor) {
    meter.scaleNext(layer, factor);
  }

  /** {@code ||theta_q - theta_k|| / ||theta_q||} over the parameters both encoders have. */
  public double queryKeyDrift() {
    return momentumEncoder.drift();
  }

  public Encoder base() {
    return base;
  }

  public KeyEncoder momentumEncoder() {
    return momentumEncoder;
  }

  public Optimizer optimizer() {
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
    frozen.ifPresent(FrozenProjection::close);
    statistics.close();
    meter.close();
    optimizer.close();
    momentumEncoder.close();
    predictorWeights.close();
    base.close();
    stepLoss.releaseReference();
  }

  private static Stream<Entry> prefixed(String prefix, Weights weights) {
    return weights.entries().stream()
        .map(entry -> new Entry(prefix + entry.name(), entry.tensor(), entry.kind()));
  }
}
