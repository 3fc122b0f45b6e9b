package io.mocov3.actors.training;

import akka.NotUsed;
import akka.actor.typed.ActorRef;
import akka.stream.javadsl.Source;
import io.mocov3.actors.checkpoint.Checkpointer.Written;
import io.mocov3.actors.events.Adjustments;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.Timing;
import io.mocov3.actors.stability.StabilityMonitor;
import io.mocov3.actors.stability.StabilityPlan;
import io.mocov3.actors.training.MomentumEncoder.EncodeKeys;
import io.mocov3.actors.training.MomentumEncoder.KeysReady;
import io.mocov3.actors.views.Batch;
import io.mocov3.actors.views.ViewPipeline;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.metrics.TrainingMetrics.Stage;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.method.Targets;
import io.mocov3.model.step.Pending;
import io.mocov3.model.step.Rates;
import io.mocov3.model.step.StepClock;
import io.mocov3.model.step.StepMeasurement;
import io.mocov3.model.step.TrainingState;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.step.TrainingStep.Verdict;
import io.mocov3.model.tensor.TensorStaging;
import io.mocov3.model.tensor.ViewPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bytedeco.javacpp.Pointer;

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

  private final Learner learner;
  private final TrainingStep model;
  private final SessionOrigin origin;
  private final TrainingPlan plan;
  private final ViewPipeline pipeline;
  private final EventSink events;
  private final StepWatch watch;
  private final SessionCopies copies;

  private Optional<InFlight> inFlight = Optional.empty();
  private Optional<Incident> requested = Optional.empty();
  private long step;
  private long idleSince = System.nanoTime();

  /** Restores what the checkpoint of {@code origin} holds. Takes over the learner. */
  public TrainingSession(
      Learner learner,
      SessionOrigin origin,
      TrainingPlan plan,
      StabilityPlan stability,
      ViewPipeline pipeline,
      EventSink events) {
    this.learner = learner;
    this.model = learner.step();
    this.origin = origin;
    this.plan = plan;
    this.pipeline = pipeline;
    this.events = events;
    step = origin.step();
    watch = new StepWatch(learner, stability, pipeline, events);
    List<Stateful> sections = new ArrayList<>(watch.sections());
    sections.add(origin.adjustments().section());
    long saved = origin.rollback().isPresent() ? step - 1 : step;
    copies = copies(sections, saved);
    model.timedBy((part, nanos) -> timed(stage(part), nanos));
    try {
      begin();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private SessionCopies copies(List<Stateful> sections, long saved) {
    try {
      return new SessionCopies(model, sections, plan.probes(), saved);
    } catch (RuntimeException e) {
      learner.close();
      throw e;
    }
  }

  private void begin() {
    origin.checkpoint().ifPresent(this::restore);
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
              watch.warmUp();
              events.on(event);
            });
    events.on(new Progress.Started(step, plan.steps()));
  }

  private void restore(Checkpoint checkpoint) {
    copies.restore(checkpoint, this::warn);
    if (!checkpoint.trainer().containsKey(StabilityMonitor.SECTION)) {
      warn(
          checkpoint.path()
              + " is of a version that drew its views otherwise: from here on they are not those"
              + " this run would have had");
    }
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
        learner.pixels().views(buffer.pixels(), buffer.samples(), buffer.height(), buffer.width());
    Rates rates = plan.rates(step, origin.adjustments().learningRateFactor());
    Pending pending = model.begin(views, rates);
    if (watch.wantsEmbeddings(step + 1)) {
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
      watch.drill(step + 1, origin.adjustments().rollbacks());
      long begin = System.nanoTime();
      StepMeasurement measured = model.measure();
      boolean applied = watch.judge(step + 1, measured);
      since(Stage.DIAGNOSTICS, begin);
      model.finish(current.step(), applied ? Verdict.APPLY : Verdict.DISCARD);
      step++;
      watch.tell(completed(current, measured.loss()), current.batch(), plan.logSamples());
      watch.remember(step, current.batch(), current.step().rates(), measured, applied);
      if (measured.finite() && watch.wantsEmbeddings(step)) {
        long looking = System.nanoTime();
        watch.look(step, current.batch(), current.step(), keys);
        since(Stage.LIVE_PROBE, looking);
      }
    }
    current.step().close();
    current.views().close();
    current.batch().close();
    inFlight = Optional.empty();
    idleSince = System.nanoTime();
  }

  private Progress.StepCompleted completed(InFlight current, double loss) {
    return new Progress.StepCompleted(
        step,
        plan.epochOf(step - 1),
        plan.batchSize(),
        loss,
        current.step().rates(),
        Duration.ofNanos(System.nanoTime() - current.begin()));
  }

  Optional<Interruption> interruption() {
    return requested
        .or(watch::incident)
        .map(incident -> new Interruption(incident, origin.adjustments()));
  }

  /** Interrupts itself for the newest checkpoint of at most {@code to} steps, or says why not. */
  Optional<String> goBack(OptionalLong to) {
    if (to.isPresent() && to.getAsLong() >= step) {
      return Optional.of(
          "step %d is not before the present step %d".formatted(to.getAsLong(), step));
    }
    long onset = to.isPresent() ? to.getAsLong() + 1 : step;
    Optional<String> obstacle = origin.past().obstacleBefore(onset);
    if (obstacle.isEmpty()) {
      requested =
          Optional.of(
              new Incident(IncidentKind.REQUESTED, onset, step, "somebody asked to go back"));
    }
    return obstacle;
  }

  long step() {
    return step;
  }

  boolean isComplete() {
    return step >= plan.steps();
  }

  boolean checkpointDue() {
    return plan.checkpointDue(step);
  }

  long stepsToCheckpoint() {
    return plan.stepsToCheckpoint(step);
  }

  Duration checkpointClock() {
    return plan.checkpointClock();
  }

  /** Whether a checkpoint of now is one that an undisturbed run would have, too. */
  boolean isOnSchedule() {
    return plan.checkpointDue(step) || (origin.rollback().isPresent() && step == origin.step());
  }

  /** Whether the checkpoint this session went back to has to be written with its adjustments. */
  boolean isRolledBack() {
    return origin.rollback().isPresent() && copies.savedStep() < origin.step();
  }

  boolean hasUnsavedSteps() {
    return copies.savedStep() < step;
  }

  void saved(Written written) {
    copies.saved(written);
  }

  TrainingState.Staged stage() {
    long begin = System.nanoTime();
    TrainingState.Staged staged = copies.stage(step);
    since(Stage.CHECKPOINT_STAGE, begin);
    return staged;
  }

  boolean probeDue() {
    return plan.probeDue(step);
  }

  /** Whether the full probe of the step it begins at is yet to come. */
  boolean firstProbeDue() {
    boolean due = step == 0 ? plan.probes() : plan.probeDue(step);
    return due && !origin.past().hasProbe(step);
  }

  /** Whether the full probe of this step was told of by an earlier session. */
  boolean probeIsKnown() {
    return step == origin.step() && origin.past().hasProbe(step);
  }

  /** What waited until now was not data. */
  void idleFromNow() {
    idleSince = System.nanoTime();
  }

  /** Whether the full probe of this step has not begun. */
  boolean probeMissing() {
    return copies.lastProbe() < step;
  }

  TensorStaging.Copy snapshot() {
    return copies.snapshot(step);
  }

  void probeLeftOut() {
    warn(
        "no kNN probe of step %d: the one of step %d still runs; raise evaluation.knn.every-steps"
            .formatted(step, copies.lastProbe()));
  }

  /** Something that a person should read. */
  void warn(String line) {
    events.on(new SideWork.Warned(line));
  }

  private static Stage stage(StepClock.Part part) {
    return switch (part) {
      case QUERY_FORWARD -> Stage.QUERY_FORWARD;
      case LOSS_BACKWARD -> Stage.LOSS_BACKWARD;
      case OPTIMIZER -> Stage.OPTIMIZER;
    };
  }

  private void since(Stage stage, long begin) {
    timed(stage, System.nanoTime() - begin);
  }

  private void timed(Stage stage, long nanos) {
    events.on(new Timing.StageTimed(stage, Duration.ofNanos(nanos)));
  }

  @Override
  public void close() {
    inFlight.ifPresent(
        current -> {
          current.step().close();
          current.views().close();
        });
    copies.close();
    learner.close();
    // the allocator keeps what is freed for the threads that took it; the next session has others
    Pointer.trimMemory();
  }
}
