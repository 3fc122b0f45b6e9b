package io.mocov3.actors.training;

import akka.NotUsed;
import akka.actor.typed.ActorRef;
import akka.stream.javadsl.Source;
import io.mocov3.actors.evaluation.Evaluator.Evaluated;
import io.mocov3.actors.evaluation.LiveProbe;
import io.mocov3.actors.events.Adjustments;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.FlightRecorder;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.Timing;
import io.mocov3.actors.stability.StabilityMonitor;
import io.mocov3.actors.stability.StabilityPlan;
import io.mocov3.actors.training.Checkpointer.Written;
import io.mocov3.actors.training.MomentumEncoder.EncodeKeys;
import io.mocov3.actors.training.MomentumEncoder.KeysReady;
import io.mocov3.actors.views.Batch;
import io.mocov3.actors.views.ViewPipeline;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.metrics.TrainingMetrics.Stage;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.evaluation.Health;
import io.mocov3.model.method.Embedding;
import io.mocov3.model.method.Targets;
import io.mocov3.model.step.Pending;
import io.mocov3.model.step.Rates;
import io.mocov3.model.step.StepClock;
import io.mocov3.model.step.StepMeasurement;
import io.mocov3.model.step.TrainingState;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.step.TrainingStep.Verdict;
import io.mocov3.model.tensor.Pixels;
import io.mocov3.model.tensor.TensorStaging;
import io.mocov3.model.tensor.ViewPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/**
 * The state of training between messages, and the step cut where the trainer waits for the keys.
 * Belongs to one thread. Owns the model.
 */
public final class TrainingSession implements AutoCloseable {

  /** Opens a session on the calling thread. */
  @FunctionalInterface
  public interface Factory {

    /**
     * From the newest valid checkpoint if any; after an incident, from the newest one before its
     * onset, with the adjustments that were in force changed as the policy says.
     */
    TrainingSession open(Optional<Interruption> after);
  }

  /** The step under way. */
  private record InFlight(Batch batch, ViewPair views, Pending step, long begin) {}

  private final TrainingStep model;
  private final Pixels pixels;
  private final TrainingPlan plan;
  private final ViewPipeline pipeline;
  private final EventSink events;
  private final TrainingState state;
  private final Optional<TensorStaging> snapshots;
  private final SessionOrigin origin;
  private final StabilityPlan stability;
  private final StabilityMonitor monitor;
  private final Optional<LiveProbe> live;

  private Optional<InFlight> inFlight = Optional.empty();
  private long step;
  private long savedStep;
  private long lastProbe = -1;
  private long idleSince = System.nanoTime();

  /** Restores what the checkpoint of {@code origin} holds. Takes over its arguments. */
  public TrainingSession(
      TrainingStep model,
      SessionOrigin origin,
      Pixels pixels,
      TrainingPlan plan,
      StabilityPlan stability,
      Optional<LiveProbe> live,
      ViewPipeline pipeline,
      EventSink events) {
    this.model = model;
    this.pixels = pixels;
    this.plan = plan;
    this.pipeline = pipeline;
    this.events = events;
    this.origin = origin;
    this.stability = stability;
    this.live = live;
    monitor = new StabilityMonitor(stability, pipeline.seed(), pipeline.source()::id, events);
    state = new TrainingState(model, sections());
    model.timedBy((part, nanos) -> timed(stage(part), nanos));
    snapshots =
        plan.probeEverySteps() > 0
            ? Optional.of(new TensorStaging(model.base().weights().tensors()))
            : Optional.empty();
    this.step = origin.step();
    this.savedStep = origin.rollback().isPresent() ? step - 1 : step;
    try {
      begin();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private List<Stateful> sections() {
    List<Stateful> sections = new ArrayList<>(monitor.sections());
    sections.add(origin.adjustments().section());
    live.ifPresent(probe -> sections.add(probe.queue()));
    return sections;
  }

  private void begin() {
    origin.checkpoint().ifPresent(checkpoint -> state.restore(checkpoint, this::warn));
    Adjustments adjustments = origin.adjustments();
    if (adjustments.frozenProjection()) {
      model.freezePatchProjection();
    }
    if (adjustments.projectionClip() > 0) {
      model.clipPatchProjection(adjustments.projectionClip());
    }
    origin
        .rollback()
        .ifPresent(
            event -> {
              monitor.warmUp();
              events.on(event);
            });
    events.on(new Progress.Started(step, plan.steps()));
  }

  /** Something that a person should read. */
  void warn(String line) {
    events.on(new SideWork.Warned(line));
  }

  public TrainingStep model() {
    return model;
  }

  /** The batches of the steps that are left. */
  Source<Batch, NotUsed> batches() {
    return pipeline.batches(step + dataOffset(), plan.steps() + dataOffset(), pipeline.pool());
  }

  /** Batches by which the data is ahead of the steps. */
  long dataOffset() {
    return origin.adjustments().dataOffset();
  }

  /** Takes over the batch: uploads the views and says what keys are needed. */
  EncodeKeys begin(Batch batch, ActorRef<KeysReady> replyTo) {
    long begin = System.nanoTime();
    timed(Stage.DATA_WAIT, begin - idleSince);
    BatchBuffer buffer = batch.buffer();
    ViewPair views =
        pixels.views(buffer.pixels(), buffer.samples(), buffer.height(), buffer.width());
    double epoch = plan.epochOf(step);
    double learningRate = plan.learningRate().at(epoch) * origin.adjustments().learningRateFactor();
    Pending pending = model.begin(views, new Rates(learningRate, plan.momentum().at(epoch)));
    if (live.isPresent() || stability.probeDue(step + 1)) {
      pending.keepEmbeddings();
    }
    inFlight = Optional.of(new InFlight(batch, views, pending, begin));
    since(Stage.UPLOAD, begin);
    return new EncodeKeys(pending, replyTo);
  }

  /** While the keys are on their way: the queries of one view, or of both if memory allows. */
  void computeQueries() {
    Pending pending = inFlight.orElseThrow().step();
    model.query(pending);
    if (!plan.memorySaver()) {
      model.query(pending);
    }
    idleSince = System.nanoTime();
  }

  /** Loss, backward and update of the step under way; takes over the keys. */
  void complete(Targets targets) {
    InFlight current = inFlight.orElseThrow();
    since(Stage.KEY_WAIT, idleSince);
    try (Targets keys = targets) {
      model.backward(current.step(), keys);
      drill();
      long begin = System.nanoTime();
      StepMeasurement measurement = model.measure();
      boolean applied = monitor.judge(step + 1, measurement);
      since(Stage.DIAGNOSTICS, begin);
      model.finish(current.step(), applied ? Verdict.APPLY : Verdict.DISCARD);
      step++;
      record(current, measurement.loss());
      remember(current, measurement, applied);
      look(current, keys, measurement.finite());
    }
    current.step().close();
    current.views().close();
    current.batch().close();
    inFlight = Optional.empty();
    idleSince = System.nanoTime();
  }

  private void drill() {
    StabilityPlan.Drill drill = stability.drill();
    if (drill.at(step + 1) && origin.adjustments().rollbacks() == 0) {
      model.scaleNextGradient(drill.layer(), drill.factor());
    }
  }

  private void remember(InFlight current, StepMeasurement measurement, boolean applied) {
    Rates rates = current.step().rates();
    monitor.record(
        new FlightRecorder.RecordedStep(
            step,
            current.batch().step(),
            current.batch().buffer().sampleIndices().clone(),
            measurement.loss(),
            rates.learningRate(),
            rates.momentum(),
            applied,
            measurement.gradients()));
  }

  /** The live probe and the health of the step under way; its features enter the queue. */
  private void look(InFlight current, Targets targets, boolean finite) {
    List<Embedding> embeddings = current.step().embeddings();
    if (embeddings.isEmpty() || !finite) {
      return;
    }
    long begin = System.nanoTime();
    Embedding first = embeddings.getFirst();
    Embedding second = embeddings.getLast();
    live.ifPresent(
        probe -> probe.enqueue(first, second, current.batch().buffer().sampleIndices(), step));
    if (stability.probeDue(step)) {
      live.ifPresent(this::probe);
      monitor.health(
          step, Health.of(first, second, keysOf(second, targets), model.queryKeyDrift()));
    }
    since(Stage.LIVE_PROBE, begin);
  }

  /** Of a method without keys its queries. */
  private static Tensor keysOf(Embedding view, Targets targets) {
    return targets.keys().map(ViewPair::second).orElse(view.query());
  }

  private void probe(LiveProbe probe) {
    monitor.accuracies(step, probe.run(model.base(), pixels, step));
    events.on(new Timing.FeatureAge(probe.queueAge(step)));
  }

  Optional<Interruption> interruption() {
    return monitor.incident().map(incident -> new Interruption(incident, origin.adjustments()));
  }

  private void record(InFlight current, double loss) {
    Rates rates = current.step().rates();
    double epoch = plan.epochOf(step - 1);
    Duration duration = Duration.ofNanos(System.nanoTime() - current.begin());
    events.on(new Timing.KeyStaleness(0));
    events.on(new Progress.StepCompleted(step, epoch, plan.batchSize(), loss, rates, duration));
    if (plan.logSamples()) {
      events.on(new Progress.SamplesSeen(step, ids(current)));
    }
  }

  private List<String> ids(InFlight current) {
    return Arrays.stream(current.batch().buffer().sampleIndices())
        .mapToObj(pipeline.source()::id)
        .toList();
  }

  long step() {
    return step;
  }

  /** Whether the full probe of the step it begins at is yet to come. */
  boolean firstProbeDue() {
    return !origin.probed() && (step == 0 || plan.probeDue(step));
  }

  /** Whether the checkpoint this session went back to has to be written with its adjustments. */
  boolean isRolledBack() {
    return origin.rollback().isPresent() && savedStep < origin.step();
  }

  boolean isComplete() {
    return step >= plan.steps();
  }

  boolean checkpointDue() {
    return plan.checkpointDue(step);
  }

  boolean probeDue() {
    return plan.probeDue(step);
  }

  boolean hasUnsavedSteps() {
    return savedStep < step;
  }

  void saved(Written written) {
    if (written.success()) {
      savedStep = written.step();
    }
  }

  private static Stage stage(StepClock.Part part) {
    return switch (part) {
      case QUERY_FORWARD -> Stage.QUERY_FORWARD;
      case LOSS_BACKWARD -> Stage.LOSS_BACKWARD;
      case OPTIMIZER -> Stage.OPTIMIZER;
    };
  }

  TrainingState.Staged stage() {
    long begin = System.nanoTime();
    TrainingState.Staged staged = state.stage(step);
    since(Stage.CHECKPOINT_STAGE, begin);
    return staged;
  }

  /** A copy of the base encoder for whoever closes it, valid until the next call. */
  TensorStaging.Copy snapshot() {
    lastProbe = step;
    return snapshots.orElseThrow().stage(model.base().weights().tensors());
  }

  long lastProbe() {
    return lastProbe;
  }

  /** A full probe is done; without accuracies it failed. */
  void probed(Evaluated probe) {
    if (!probe.accuracies().isEmpty()) {
      events.on(new Progress.KnnMeasured(probe.step(), probe.accuracies()));
    }
  }

  void probeLeftOut() {
    warn(
        "no kNN probe of step %d: the one of step %d still runs; raise evaluation.knn.every-steps"
            .formatted(step, lastProbe));
  }

  private void since(Stage stage, long begin) {
    timed(stage, System.nanoTime() - begin);
  }

  private void timed(Stage stage, long nanos) {
    events.on(new Timing.StageTimed(stage, Duration.ofNanos(nanos)));
  }

  @Override
  public void close() {
    live.ifPresent(LiveProbe::close);
    inFlight.ifPresent(
        current -> {
          current.step().close();
          current.views().close();
        });
    snapshots.ifPresent(TensorStaging::close);
    state.close();
    pixels.close();
    model.close();
    // the allocator keeps what is freed for the threads that took it; the next session has others
    Pointer.trimMemory();
  }
}
