package io.mocov3.actors;

import akka.NotUsed;
import akka.actor.typed.ActorRef;
import akka.stream.javadsl.Source;
import io.mocov3.actors.Checkpointer.Written;
import io.mocov3.actors.MomentumEncoder.EncodeKeys;
import io.mocov3.actors.MomentumEncoder.KeysReady;
import io.mocov3.augment.BatchBuffer;
import io.mocov3.metrics.TrainingMetrics;
import io.mocov3.metrics.TrainingMetrics.CheckpointPhase;
import io.mocov3.metrics.TrainingMetrics.Stage;
import io.mocov3.model.MoCoV3;
import io.mocov3.model.Pixels;
import io.mocov3.model.Query;
import io.mocov3.model.TensorStaging;
import io.mocov3.model.TrainingState;
import io.mocov3.model.ViewPair;
import io.mocov3.model.safetensors.TensorData;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The state of training between messages, and the step cut where the trainer waits for the keys.
 * Belongs to one thread. Owns the model.
 */
public final class TrainingSession implements AutoCloseable {

  /** Opens a session on the calling thread, restored from the newest valid checkpoint if any. */
  @FunctionalInterface
  public interface Factory {
    TrainingSession open();
  }

  /** The step under way. */
  private record InFlight(Batch batch, ViewPair views, double momentum, long begin) {}

  private final MoCoV3 model;
  private final Pixels pixels;
  private final TrainingPlan plan;
  private final ViewPipeline pipeline;
  private final TrainingMetrics metrics;
  private final RunLog log;
  private final TrainingState state = new TrainingState();
  private final TensorStaging snapshots = new TensorStaging();
  private final boolean fresh;

  private Optional<InFlight> inFlight = Optional.empty();
  private final Deque<Query> queries = new ArrayDeque<>();
  private long step;
  private long savedStep;
  private long lastProbe = -1;
  private long idleSince = System.nanoTime();

  /** {@code restored} says whether the model comes from a checkpoint. Takes over its arguments. */
  public TrainingSession(
      MoCoV3 model,
      boolean restored,
      Pixels pixels,
      TrainingPlan plan,
      ViewPipeline pipeline,
      TrainingMetrics metrics,
      RunLog log) {
    this.model = model;
    this.pixels = pixels;
    this.plan = plan;
    this.pipeline = pipeline;
    this.metrics = metrics;
    this.log = log;
    this.step = model.optimizer().steps();
    this.savedStep = step;
    this.fresh = !restored;
    log.started(step, plan.steps());
  }

  MoCoV3 model() {
    return model;
  }

  /** The batches of the steps that are left. */
  Source<Batch, NotUsed> batches() {
    return pipeline.batches(step, plan.steps(), pipeline.pool());
  }

  /** Takes over the batch: uploads the views and says what keys are needed. */
  EncodeKeys begin(Batch batch, ActorRef<KeysReady> replyTo) {
    long begin = System.nanoTime();
    metrics.dataWaited(Duration.ofNanos(begin - idleSince));
    metrics.stage(Stage.DATA_WAIT, Duration.ofNanos(begin - idleSince));
    BatchBuffer buffer = batch.buffer();
    ViewPair views =
        pixels.views(buffer.pixels(), buffer.samples(), buffer.height(), buffer.width());
    double momentum = plan.momentum().at(plan.epochOf(step));
    inFlight = Optional.of(new InFlight(batch, views, momentum, begin));
    since(Stage.UPLOAD, begin);
    return new EncodeKeys(views, momentum, replyTo);
  }

  /** While the keys are on their way: the queries of one view, or of both if memory allows. */
  void computeQueries() {
    ViewPair views = inFlight.orElseThrow().views();
    queries.add(query(views.first()));
    if (!plan.memorySaver()) {
      queries.add(query(views.second()));
    }
    idleSince = System.nanoTime();
  }

  private Query query(Tensor view) {
    long begin = System.nanoTime();
    try (PointerScope scope = new PointerScope()) {
      return model.query(view).retained();
    } finally {
      since(Stage.QUERY_FORWARD, begin);
    }
  }

  /** Loss, backward and update of the step under way; takes over the keys. */
  void complete(ViewPair keys) {
    InFlight current = inFlight.orElseThrow();
    since(Stage.KEY_WAIT, idleSince);
    double epoch = plan.epochOf(step);
    double learningRate = plan.learningRate().at(epoch);
    double loss;
    try (ViewPair k = keys) {
      backward(current.views().first(), k.second());
      backward(current.views().second(), k.first());
      long begin = System.nanoTime();
      loss = model.takeLoss();
      begin = since(Stage.LOSS_BACKWARD, begin);
      model.update(learningRate, current.momentum());
      since(Stage.OPTIMIZER, begin);
    }
    step++;
    record(current, epoch, loss, learningRate);
    current.views().close();
    current.batch().close();
    inFlight = Optional.empty();
    idleSince = System.nanoTime();
  }

  /** One term of the loss: its graph is gone before the next one is built. */
  private void backward(Tensor view, Tensor key) {
    Query waiting = queries.poll();
    try (Query q = waiting == null ? query(view) : waiting) {
      long begin = System.nanoTime();
      model.backward(q, key);
      since(Stage.LOSS_BACKWARD, begin);
    }
  }

  private void record(InFlight current, double epoch, double loss, double learningRate) {
    Duration duration = Duration.ofNanos(System.nanoTime() - current.begin());
    double seconds = duration.toNanos() / 1e9;
    metrics.keyStaleness(0);
    metrics.stepCompleted(
        new TrainingMetrics.Step(
            step, epoch, plan.batchSize(), loss, learningRate, current.momentum(), duration));
    log.step(
        new RunLog.Step(
            step, epoch, loss, learningRate, current.momentum(), plan.batchSize() / seconds));
    if (plan.logSamples()) {
      log.samples(
          step,
          Arrays.stream(current.batch().buffer().sampleIndices())
              .mapToObj(pipeline.source()::id)
              .toList());
    }
  }

  long step() {
    return step;
  }

  boolean isFresh() {
    return fresh;
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

  TrainingState.Staged stage() {
    long begin = System.nanoTime();
    TrainingState.Staged staged = state.stage(model);
    since(Stage.CHECKPOINT_STAGE, begin);
    metrics.checkpointPhase(CheckpointPhase.STAGE, Duration.ofNanos(System.nanoTime() - begin));
    return staged;
  }

  /** A copy of the base encoder, valid until the next call. */
  SequencedMap<String, TensorData> snapshot() {
    lastProbe = step;
    return snapshots.stage(model.base().weights().tensors());
  }

  long lastProbe() {
    return lastProbe;
  }

  private long since(Stage stage, long begin) {
    long now = System.nanoTime();
    metrics.stage(stage, Duration.ofNanos(now - begin));
    return now;
  }

  @Override
  public void close() {
    queries.forEach(Query::close);
    inFlight.ifPresent(current -> current.views().close());
    pixels.close();
    model.close();
  }
}
