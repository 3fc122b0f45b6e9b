package io.mocov3.actors.session;

import io.mocov3.actors.events.Adjustments;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.Timing;
import io.mocov3.actors.session.StepWatch.Samples;
import io.mocov3.actors.stability.StabilityPlan.Drill;
import io.mocov3.actors.views.Batch;
import io.mocov3.actors.views.Views;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.metrics.TrainingMetrics.Stage;
import io.mocov3.model.method.Targets;
import io.mocov3.model.step.Pending;
import io.mocov3.model.step.Rates;
import io.mocov3.model.step.StepClock;
import io.mocov3.model.step.StepMeasurement;
import io.mocov3.model.step.TargetFeatures;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.step.TrainingStep.Verdict;
import io.mocov3.model.tensor.ViewPair;
import java.time.Duration;
import java.util.Optional;

/**
 * One step after the other, each cut where the keys are waited for, and timed part by part. What is
 * seen of a step is told as soon as its update is applied.
 */
final class StepExecution implements AutoCloseable {

  /** The step under way, after {@code completed} ones. */
  private record InFlight(
      Batch batch, Samples samples, ViewPair views, Pending step, long completed, long begin) {}

  private final Learner learner;
  private final TrainingStep model;
  private final TrainingPlan plan;
  private final Adjustments adjustments;
  private final StepWatch watch;
  private final EventSink events;
  private Optional<InFlight> inFlight = Optional.empty();
  private long idleSince = System.nanoTime();

  /** {@code learner} stays its owner's. */
  StepExecution(
      Learner learner,
      TrainingPlan plan,
      Adjustments adjustments,
      StepWatch watch,
      EventSink events) {
    this.learner = learner;
    model = learner.step();
    this.plan = plan;
    this.adjustments = adjustments;
    this.watch = watch;
    this.events = events;
    model.timedBy((part, nanos) -> timed(stage(part), nanos));
  }

  /**
   * Takes over, unless it throws, the batch of the step after {@code completed} ones, and uploads
   * its views.
   */
  Pending begin(Batch batch, long completed) {
    long begin = System.nanoTime();
    timed(Stage.DATA_WAIT, begin - idleSince);
    BatchBuffer buffer = batch.buffer();
    Rates rates = plan.rates(completed, adjustments.learningRateFactor());
    boolean keeps = watch.wantsEmbeddings(completed + 1);
    Optional<Drill> drill = watch.drill(completed + 1, adjustments.rollbacks());
    int[] samples =
        learner.ranks().step(batch.step(), rates, keeps, drill.isPresent(), buffer.sampleIndices());
    ViewPair views = Views.of(buffer, learner.pixels());
    Pending pending = model.begin(views, rates);
    if (keeps) {
      pending.keepEmbeddings();
    }
    drill.ifPresent(now -> model.scaleNextGradient(now.layer(), now.factor()));
    inFlight =
        Optional.of(
            new InFlight(
                batch, new Samples(batch.step(), samples), views, pending, completed, begin));
    since(Stage.UPLOAD, begin);
    return pending;
  }

  /** The queries of one view, or of both if memory allows. */
  void computeQueries() {
    model.queriesAhead(inFlight.orElseThrow().step());
    idleFromNow();
  }

  /** Loss, backward and update; takes over the features of the keys. */
  void complete(TargetFeatures features) {
    InFlight current = inFlight.orElseThrow();
    long step = current.completed() + 1;
    try (Targets keys = model.targets(current.step(), features)) {
      since(Stage.KEY_WAIT, idleSince);
      model.backward(current.step(), keys);
      long begin = System.nanoTime();
      StepMeasurement measured = model.measure();
      boolean applied = watch.judge(step, measured);
      learner.ranks().verdict(applied);
      since(Stage.DIAGNOSTICS, begin);
      model.finish(current.step(), applied ? Verdict.APPLY : Verdict.DISCARD);
      watch.tell(
          completed(current, measured.loss()), current.samples().indices(), plan.logSamples());
      watch.remember(step, current.samples(), current.step().rates(), measured, applied);
      if (measured.finite() && watch.wantsEmbeddings(step)) {
        long looking = System.nanoTime();
        watch.look(step, current.samples().indices(), current.step(), keys);
        since(Stage.LIVE_PROBE, looking);
      }
    }
    close();
    current.batch().close();
    idleFromNow();
  }

  private Progress.StepCompleted completed(InFlight current, double loss) {
    return new Progress.StepCompleted(
        current.completed() + 1,
        plan.epochOf(current.completed()),
        plan.batchSize(),
        loss,
        current.step().rates(),
        Duration.ofNanos(System.nanoTime() - current.begin()));
  }

  /** What waited until now was not data. */
  void idleFromNow() {
    idleSince = System.nanoTime();
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

  /** Another rank is gone: back to before the step under way, if there is one. */
  void abandon() {
    inFlight.ifPresent(
        current -> {
          model.abandon(current.step());
          current.batch().close();
        });
    close();
  }

  /** Frees the tensors of the step under way. */
  @Override
  public void close() {
    inFlight.ifPresent(
        current -> {
          current.step().close();
          current.views().close();
        });
    inFlight = Optional.empty();
  }
}
