package io.mocov3.actors.session;

import akka.NotUsed;
import akka.stream.javadsl.Source;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Incident;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.Timing;
import io.mocov3.actors.ranks.Leader;
import io.mocov3.actors.stability.StabilityMonitor;
import io.mocov3.actors.stability.StabilityPlan;
import io.mocov3.actors.views.Batch;
import io.mocov3.actors.views.ViewPipeline;
import io.mocov3.metrics.TrainingMetrics.IncidentKind;
import io.mocov3.metrics.TrainingMetrics.Stage;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.Stateful;
import io.mocov3.model.device.DeviceMemory;
import io.mocov3.model.step.Pending;
import io.mocov3.model.step.TargetFeatures;
import io.mocov3.model.step.TrainingState;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.TensorStaging;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

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

  private final Learner learner;
  private final TrainingStep model;
  private final SessionOrigin origin;
  private final TrainingPlan plan;
  private final ViewPipeline pipeline;
  private final EventSink events;
  private final StepWatch watch;
  private final StepExecution current;
  private final SessionCopies copies;

  private Optional<Incident> requested = Optional.empty();
  private long step;

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
    current = new StepExecution(learner, plan, origin.adjustments(), watch, events);
    List<Stateful> sections = new ArrayList<>(watch.sections());
    sections.add(origin.adjustments().section());
    long saved = wentBack() ? step - 1 : step;
    copies = copies(sections, saved);
    try {
      start();
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

  private void start() {
    origin.checkpoint().ifPresent(this::restore);
    origin.adjustments().applyTo(model);
    learner
        .ranks()
        .begin(model, origin.adjustments(), step + dataOffset(), plan.steps() + dataOffset());
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
  public Source<Batch, NotUsed> batches() {
    return pipeline.batches(step + dataOffset(), plan.steps() + dataOffset(), pipeline.pool());
  }

  /** Batches by which the data is ahead of the steps. */
  public long dataOffset() {
    return origin.adjustments().dataOffset();
  }

  /** Takes over the batch: uploads the views and says of which step keys are needed. */
  public Pending begin(Batch batch) {
    return current.begin(batch, step);
  }

  /** While the keys are on their way: the queries of one view, or of both if memory allows. */
  public void computeQueries() {
    current.computeQueries();
  }

  /** Loss, backward and update of the step under way; takes over the features of the keys. */
  public void complete(TargetFeatures features) {
    current.complete(features);
    step++;
  }

  /** Another rank is gone: what there is is the state before the step under way. */
  public void abandonStep() {
    learner.ranks().lose();
    current.abandon();
  }

  /** The ranks that it leads. */
  public Leader ranks() {
    return learner.ranks();
  }

  public Optional<Interruption> interruption() {
    return requested
        .or(watch::incident)
        .map(incident -> new Interruption(incident, origin.adjustments()));
  }

  /** Interrupts itself for the newest checkpoint of at most {@code to} steps, or says why not. */
  public Optional<String> goBack(OptionalLong to) {
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

  public long step() {
    return step;
  }

  public boolean isComplete() {
    return step >= plan.steps();
  }

  public boolean checkpointDue() {
    return plan.checkpointDue(step);
  }

  public long stepsToCheckpoint() {
    return plan.stepsToCheckpoint(step);
  }

  public Duration checkpointClock() {
    return plan.checkpointClock();
  }

  /** Whether a checkpoint of now is one that an undisturbed run would have, too. */
  public boolean isOnSchedule() {
    return plan.checkpointDue(step) || (wentBack() && step == origin.step());
  }

  /** Whether it began by going back to a checkpoint. */
  public boolean wentBack() {
    return origin.rollback().isPresent();
  }

  /** Whether the checkpoint this session went back to has to be written with its adjustments. */
  public boolean isRolledBack() {
    return wentBack() && copies.savedStep() < origin.step();
  }

  public boolean hasUnsavedSteps() {
    return copies.savedStep() < step;
  }

  /** All steps up to that one are on the disk. */
  public void saved(long saved) {
    copies.saved(saved);
  }

  public TrainingState.Staged stage() {
    long begin = System.nanoTime();
    TrainingState.Staged staged = copies.stage(step);
    events.on(
        new Timing.StageTimed(Stage.CHECKPOINT_STAGE, Duration.ofNanos(System.nanoTime() - begin)));
    return staged;
  }

  public boolean probeDue() {
    return plan.probeDue(step);
  }

  /** Whether the full probe of the step it begins at is yet to come. */
  public boolean firstProbeDue() {
    boolean due = step == 0 ? plan.probes() : plan.probeDue(step);
    return due && !origin.past().hasProbe(step);
  }

  /** Whether the full probe of this step was told of by an earlier session. */
  public boolean probeIsKnown() {
    return step == origin.step() && origin.past().hasProbe(step);
  }

  /** What waited until now was not data. */
  public void idleFromNow() {
    current.idleFromNow();
  }

  /** Whether the full probe of this step has not begun. */
  public boolean probeMissing() {
    return copies.lastProbe() < step;
  }

  public TensorStaging.Copy snapshot() {
    return copies.snapshot(step);
  }

  public void probeLeftOut() {
    warn(
        "no kNN probe of step %d: the one of step %d still runs; raise evaluation.knn.every-steps"
            .formatted(step, copies.lastProbe()));
  }

  /** Something that a person should read. */
  public void warn(String line) {
    events.on(new SideWork.Warned(line));
  }

  @Override
  public void close() {
    current.close();
    copies.close();
    learner.close();
    // the next session has other threads
    DeviceMemory.release(model.placement());
  }
}
