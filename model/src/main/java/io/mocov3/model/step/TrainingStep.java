package io.mocov3.model.step;

import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.DeviceClock.Mark;
import io.mocov3.model.device.Placement;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.method.Method;
import io.mocov3.model.method.MethodConfig;
import io.mocov3.model.method.Passes;
import io.mocov3.model.method.Query;
import io.mocov3.model.method.Target;
import io.mocov3.model.method.Targets;
import io.mocov3.model.method.Term;
import io.mocov3.model.nn.BatchStatistics;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Weights.Entry;
import io.mocov3.model.optim.GradientClip;
import io.mocov3.model.optim.Optimizer;
import io.mocov3.model.tensor.NoGrad;
import io.mocov3.model.tensor.Tensors;
import io.mocov3.model.tensor.ViewPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The only place where a step happens: keys, queries, loss, gradients, and an update or none. Owns
 * the method, the optimizer and what is measured of the gradients.
 *
 * <p>{@link #run} is a whole step. Its parts, in this order: {@link #begin}; {@link
 * #targetFeatures} and {@link #queries}, at the same time if on two threads; {@link #targets};
 * {@link #backward}; {@link #measure} or {@link #takeLoss}; {@link #finish}. All belong to one
 * thread but {@link #targetFeatures}, which may run on another one before {@link #targets}.
 *
 * <p>Of a group each rank makes the same step with its part of the batch, calling the same parts in
 * the same order; keys, statistics, gradients, loss and measurements are those of the whole batch.
 *
 * <p>The two terms of the loss go backward one after the other, so that only one graph is in memory
 * unless queries are computed ahead. The gradients are those of the sum, bit for bit in fp32.
 */
public final class TrainingStep implements AutoCloseable {
  private final Method method;
  private final Optimizer optimizer;
  private final GradientMeter meter;
  private final BatchStatistics statistics;
  private final Tensor loss;
  private final Passes passes;
  private final boolean savesMemory;
  private final Group group;
  private final TargetPass target;
  private GradientClip clip;
  private Optional<FrozenProjection> frozen = Optional.empty();
  private final StepTimer timer;

  /** Whether the update of a step is applied. */
  public enum Verdict {
    APPLY,
    DISCARD
  }

  /** Of one process by itself. */
  public TrainingStep(MethodConfig network, StepConfig config, Placement placement, long seed) {
    this(network, config, placement, seed, Group.alone());
  }

  /** The group stays the caller's. All of its ranks must have the same weights. */
  public TrainingStep(
      MethodConfig network, StepConfig config, Placement placement, long seed, Group group) {
    this.group = group;
    config.check(network);
    config.precision().configure(placement);
    method = network.create(config.precision(), placement, seed);
    method.networks().forEach(part -> part.weights().join(group));
    timer = new StepTimer(placement);
    passes = config.passes(network, placement);
    savesMemory = config.savesMemory(network, placement);
    boolean independent = !network.backbone().couplesSamples();
    target =
        new TargetPass(
            method.target(),
            config.emaOrder(),
            targetPasses(placement, independent),
            independent,
            group);
    optimizer = Optimizer.of(method.trained(), config.optimizer(), method.waits());
    meter = new GradientMeter(optimizer.parameters());
    clip = config.clip();
    statistics = new BatchStatistics(method.networks().stream().map(Method.Network::weights));
    try (PointerScope scope = new PointerScope()) {
      loss = Tensors.keep(Init.zeros().to(placement.torchDevice(), placement.dtype()));
    }
  }

  /** On a GPU one pass of both views is the faster one, and without a graph memory is no matter. */
  private Passes targetPasses(Placement placement, boolean independent) {
    boolean joint = placement.isCuda() && passes.parts() == 1 && independent;
    return joint ? Passes.JOINT : new Passes(false, passes.parts());
  }

  /** From now on the times of the parts are told to {@code listener}. */
  public void timedBy(StepClock listener) {
    timer.tell(listener);
  }

  /**
   * One step. Views (N, 3, H, W) each, normalised.
   *
   * @return the loss
   */
  public double run(ViewPair views, Rates rates) {
    try (Pending step = begin(views, rates)) {
      try (Targets targets = targets(step)) {
        backward(step, targets);
      }
      double value = takeLoss();
      finish(step, Verdict.APPLY);
      return value;
    }
  }

  /** Begins a step. The views stay the caller's, and must outlive it. */
  public Pending begin(ViewPair views, Rates rates) {
    Autocast.forgetCasts(); // of a step that did not come to its end
    statistics.save();
    return new Pending(views, new ViewFeatures(method, passes, views), rates);
  }

  /**
   * Moves the target if it is time, then backbone features (N, D) of both views; owned by the
   * caller. Needs no other rank.
   */
  public TargetFeatures targetFeatures(Pending step) {
    return target.features(step);
  }

  /** Both parts of the targets on the calling thread; owned by the caller. */
  public Targets targets(Pending step) {
    return targets(step, targetFeatures(step));
  }

  /** Keys of the whole batch, owned by the caller; takes over the features. */
  public Targets targets(Pending step, TargetFeatures features) {
    return target.keys(step, features);
  }

  /** Computes the queries of the first term, called again those of the next. */
  public List<Query> queries(Pending step) {
    Term term = method.terms().get(step.ahead());
    List<Query> queries = queries(step, term);
    step.add(term, queries);
    return queries;
  }

  /** What need not wait for the targets: the queries of the first term, or those of all. */
  public void queriesAhead(Pending step) {
    int terms = savesMemory ? 1 : method.terms().size();
    while (step.ahead() < terms) {
      queries(step);
    }
  }

  private List<Query> queries(Pending step, Term term) {
    Mark begin = timer.begin();
    try (PointerScope scope = new PointerScope()) {
      List<Tensor> features =
          Stream.concat(
                  term.views().stream().map(step.features()::of),
                  step.views().small().stream().map(method::features))
              .toList();
      return method.queries(features).stream().map(Query::retained).toList();
    } finally {
      timer.end(StepClock.Part.QUERY_FORWARD, begin);
    }
  }

  /** Collects the gradients of all terms of the loss, one after the other, and their values. */
  public void backward(Pending step, Targets targets) {
    try {
      collect(step, targets);
    } catch (RuntimeException e) {
      throw group.failure().<RuntimeException>map(gone -> gone).orElse(e);
    }
  }

  private void collect(Pending step, Targets targets) {
    method.terms().forEach(term -> backward(step, term, targets));
    Mark begin = timer.begin();
    step.features().backwardAll();
    method.remember(targets);
    average();
    timer.end(StepClock.Part.LOSS_BACKWARD, begin);
  }

  private void average() {
    if (!group.isAlone()) {
      try (NoGrad noGrad = new NoGrad()) {
        List<Tensor> all = new ArrayList<>();
        all.add(loss);
        optimizer.parameters().forEach(parameter -> all.add(parameter.tensor().grad()));
        group.average(all);
      }
    }
  }

  private void backward(Pending step, Term term, Targets targets) {
    List<Query> queries = step.takeQueries(term).orElseGet(() -> queries(step, term));
    try (PointerScope scope = new PointerScope()) {
      Mark begin = timer.begin();
      Tensor value = method.loss(term, queries, targets);
      value.backward();
      for (int i = 0; i < term.views().size(); i++) {
        step.features().backward(term.views().get(i), queries.get(i).features());
      }
      try (NoGrad noGrad = new NoGrad()) {
        loss.add_(value.detach());
      }
      timer.end(StepClock.Part.LOSS_BACKWARD, begin);
      queries.stream().limit(term.views().size()).forEach(query -> step.keep(query, group));
    } finally {
      queries.forEach(Query::close);
    }
  }

  /** The sum of the terms. Waits for the device. */
  public double takeLoss() {
    try (NoGrad noGrad = new NoGrad()) {
      double value = loss.item_double();
      loss.fill_(new Scalar(0.0));
      timer.flush();
      return value;
    }
  }

  /** {@link #takeLoss} with the norms of the collected gradients, before any clip. */
  public StepMeasurement measure() {
    StepMeasurement measurement = meter.measure(loss);
    timer.flush();
    try (NoGrad noGrad = new NoGrad()) {
      loss.fill_(new Scalar(0.0));
    }
    return measurement;
  }

  /** Updates with the collected gradients, or goes back to before the step. They are gone then. */
  public void finish(Pending step, Verdict verdict) {
    Mark begin = timer.begin();
    Autocast.forgetCasts();
    switch (verdict) {
      case APPLY -> update(step.rates());
      case DISCARD -> discard(step);
    }
    timer.end(StepClock.Part.OPTIMIZER, begin);
  }

  private void update(Rates rates) {
    clip.apply(moving());
    optimizer.step(rates.learningRate());
    frozen.ifPresent(FrozenProjection::restore);
    method.afterUpdate();
    target.afterUpdate(rates);
  }

  private List<Entry> moving() {
    return optimizer.moving().stream()
        .filter(entry -> frozen.isEmpty() || !GradientClip.isPatchProjection(entry))
        .toList();
  }

  /** If the target has moved already, it will not move again towards the same weights. */
  private void discard(Pending step) {
    optimizer.forget();
    statistics.restore();
    target.discarded(step);
  }

  /** Another rank is gone in the middle of a step: back to before it, whatever was collected. */
  public void abandon(Pending step) {
    discard(step);
    try (NoGrad noGrad = new NoGrad()) {
      loss.fill_(new Scalar(0.0));
    }
  }

  /** Whether the target has made the move of the next step already. */
  public boolean targetIsAhead() {
    return target.isAhead();
  }

  /** As {@link #targetIsAhead} was where weights come from. */
  public void restoreTargetIsAhead(boolean ahead) {
    target.restoreAhead(ahead);
  }

  /** From now on the patch projection keeps its present bits, whatever its gradient. */
  public void freezePatchProjection() {
    frozen.ifPresent(FrozenProjection::close);
    frozen = Optional.of(new FrozenProjection(method.trained()));
  }

  /** From now on the patch projection's gradient is bounded so; the bound on all stays. */
  public void clipPatchProjection(double bound) {
    clip = new GradientClip(bound, clip.global());
  }

  /** The layers of {@link GradientNorms}, from the input on, without the sum of all. */
  public List<String> layers() {
    return meter.layers();
  }

  /** A fire drill: the gradient of {@code layer} is multiplied before the next measurement. */
  public void scaleNextGradient(String layer, double factor) {
    meter.scaleNext(layer, factor);
  }

  /** {@code ||theta_q - theta_k|| / ||theta_q||}; 0 without a target. */
  public double queryKeyDrift() {
    return method.target().map(Target::drift).orElse(0.0);
  }

  public Placement placement() {
    return method.base().weights().placement();
  }

  /** What is trained; stays owned here. */
  public Method method() {
    return method;
  }

  /** What evaluation looks at; stays owned here. */
  public Encoder base() {
    return method.base();
  }

  public Optimizer optimizer() {
    return optimizer;
  }

  /** What the optimizer sees, under the reference's names, in its order. */
  public List<Entry> trained() {
    return method.trained();
  }

  /** Every tensor of the method under the reference's names: what a checkpoint holds. */
  public SequencedMap<String, Tensor> tensors() {
    return method.tensors();
  }

  @Override
  public void close() {
    frozen.ifPresent(FrozenProjection::close);
    statistics.close();
    timer.close();
    meter.close();
    optimizer.close();
    loss.releaseReference();
    method.close();
  }
}
