package io.mocov3.actors.training;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import io.mocov3.actors.Patience;
import io.mocov3.actors.checkpoint.Checkpointer;
import io.mocov3.actors.control.MemoryMark;
import io.mocov3.actors.evaluation.LiveProbe;
import io.mocov3.actors.evaluation.ProbeSet;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.Progress;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.guardian.Blueprint;
import io.mocov3.actors.guardian.GuardianCommand;
import io.mocov3.actors.guardian.TrainingGuardian;
import io.mocov3.actors.guardian.TrainingOutcome;
import io.mocov3.actors.ranks.Leader;
import io.mocov3.actors.session.Learner;
import io.mocov3.actors.session.SessionOrigin;
import io.mocov3.actors.session.TrainingPlan;
import io.mocov3.actors.session.TrainingSession;
import io.mocov3.actors.stability.StabilityPlan;
import io.mocov3.actors.views.ViewPipeline;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.batch.SampleOrder;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.view.TwoViews;
import io.mocov3.model.backbone.PatchProjectionKind;
import io.mocov3.model.backbone.Pooling;
import io.mocov3.model.backbone.PositionEmbeddingKind;
import io.mocov3.model.backbone.Stem;
import io.mocov3.model.backbone.VitConfig;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.device.Placement;
import io.mocov3.model.evaluation.FeatureQueue;
import io.mocov3.model.evaluation.KnnClassifier;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.method.MoCoV3Config;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.MlpNorm;
import io.mocov3.model.optim.AdamWConfig;
import io.mocov3.model.optim.DecayExclusion;
import io.mocov3.model.optim.LearningRateSchedule;
import io.mocov3.model.optim.MomentumSchedule;
import io.mocov3.model.step.Rates;
import io.mocov3.model.step.StepConfig;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.Pixels;
import io.mocov3.model.tensor.ViewPair;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/** A training small enough for a test, by the actors and by a plain loop. */
public record TinyTraining(
    ImageSource source,
    long steps,
    long checkpointEvery,
    StabilityPlan stability,
    Patience patience,
    long probeEvery) {

  static final Patience IMPATIENT = new Patience(Duration.ZERO, Duration.ZERO, Duration.ZERO);

  public TinyTraining(ImageSource source, long steps, long checkpointEvery) {
    this(source, steps, checkpointEvery, StabilityPlan.DEFAULT);
  }

  public TinyTraining(
      ImageSource source, long steps, long checkpointEvery, StabilityPlan stability) {
    this(source, steps, checkpointEvery, stability, IMPATIENT, 0);
  }

  public TinyTraining with(Patience other) {
    return new TinyTraining(source, steps, checkpointEvery, stability, other, probeEvery);
  }

  /** With a full probe every so many steps. */
  TinyTraining probing(long every) {
    return new TinyTraining(source, steps, checkpointEvery, stability, patience, every);
  }

  private static final long SEED = 7;
  private static final int BATCH = 8;
  public static final int SIZE = 16;
  private static final double EPOCHS = 2.5;
  private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);
  private static final HeadConfig HEAD = new HeadConfig(2, 16, 8, true, true);
  private static final MoCoV3Config MODEL =
      new MoCoV3Config(
          new VitConfig(
              SIZE,
              8,
              16,
              1,
              2,
              2,
              PatchProjectionKind.FROZEN_RANDOM,
              PositionEmbeddingKind.SINCOS,
              Pooling.CLS,
              Stem.PATCH,
              MlpNorm.LAYER),
          HEAD,
          Optional.of(HEAD),
          0.2);

  /** A training that the actors have begun, and where its outcome will be. */
  public record Running(
      ActorRef<GuardianCommand> guardian, CompletableFuture<TrainingOutcome> outcome) {}

  /** The actors begin, from the newest checkpoint if there is one. */
  public Running start(
      ActorTestKit actors, CheckpointStore store, Executor executor, int workers, EventSink log) {
    return start(actors, store, executor, workers, log, UnaryOperator.identity());
  }

  /** With sessions that somebody watches. */
  public Running start(
      ActorTestKit actors,
      CheckpointStore store,
      Executor executor,
      int workers,
      EventSink log,
      UnaryOperator<TrainingSession.Factory> watched) {
    CompletableFuture<TrainingOutcome> outcome = new CompletableFuture<>();
    Blueprint blueprint =
        new Blueprint(
            watched.apply(after -> session(after, store, pipeline(executor, workers, 2, log), log)),
            stability.policy(),
            Checkpointer.create(store, log),
            Optional.empty(),
            source::requireAvailable,
            new MemoryMark(),
            patience,
            log,
            Leader.alone(),
            outcome);
    ActorRef<GuardianCommand> guardian = actors.spawn(TrainingGuardian.create(blueprint));
    guardian.tell(GuardianCommand.Start.INSTANCE);
    return new Running(guardian, outcome);
  }

  public ViewPipeline pipeline(Executor executor, int workers, int buffers, EventSink log) {
    return new ViewPipeline(
        source,
        new ViewPipeline.Batching(order(), TwoViews.paper(SIZE), SEED, BATCH),
        new ViewPipeline.Workers(workers, executor, buffers),
        1,
        log);
  }

  /** The same training, one thing after the other on this thread. */
  public void runSequentially(EventSink log) {
    SampleOrder order = order();
    TwoViews views = TwoViews.paper(SIZE);
    TrainingPlan plan = plan();
    BatchBuffer buffer = BatchBuffer.allocate(2, BATCH, SIZE, SIZE);
    try (TrainingStep model = model();
        Pixels pixels = pixels()) {
      for (long step = 0; step < steps; step++) {
        int[] indices = order.indices(step);
        for (int slot = 0; slot < BATCH; slot++) {
          views.fill(source, indices[slot], SEED, step / order.stepsPerEpoch(), buffer, slot);
        }
        double epoch = plan.epochOf(step);
        Rates rates = plan.rates(step, 1);
        try (ViewPair x = pixels.views(buffer.pixels(), BATCH, SIZE, SIZE)) {
          double loss = model.run(x, rates);
          log.on(
              new Progress.StepCompleted(
                  step + 1, epoch, BATCH, loss, rates, Duration.ofMillis(1)));
        }
        log.on(
            new Progress.SamplesSeen(
                step + 1, Arrays.stream(buffer.sampleIndices()).mapToObj(source::id).toList()));
      }
    }
  }

  public SampleOrder order() {
    return new SampleOrder(SEED, source.size(), BATCH, 0, 1);
  }

  /** From the newest checkpoint if there is one, after an incident from the one before it. */
  TrainingSession session(
      Optional<Interruption> after, CheckpointStore store, ViewPipeline pipeline, EventSink log) {
    SessionOrigin origin =
        SessionOrigin.find(
            store,
            stability.policy(),
            after,
            new SessionOrigin.Schedule(checkpointEvery, true),
            line -> log.on(new SideWork.Warned(line)));
    return session(origin, pipeline, log);
  }

  TrainingSession session(SessionOrigin origin, ViewPipeline pipeline, EventSink log) {
    return new TrainingSession(
        new Learner(model(), pixels(), live()), origin, plan(), stability, pipeline, log);
  }

  private Optional<LiveProbe> live() {
    if (stability.probeEverySteps() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new LiveProbe(
            new FeatureQueue(64, 16, 0, Placement.CPU),
            List.of(new ProbeSet("test", source, 16, SIZE, SIZE)),
            List.of(new KnnClassifier.Setting(5, 0.07)),
            source.classNames().size(),
            source::label,
            8));
  }

  private static TrainingStep model() {
    return new TrainingStep(
        MODEL,
        new StepConfig(new AdamWConfig(0.9, 0.999, 1e-8, 0.1, DecayExclusion.NONE)),
        Placement.CPU,
        SEED);
  }

  /** A network for features, with weights of its own. */
  public static Encoder encoder() {
    return new Encoder(
        MODEL.backbone(), MODEL.projector(), Placement.CPU, EncoderRole.EVALUATION, SEED);
  }

  public static Pixels pixels() {
    return new Pixels(Placement.CPU, HALF, HALF);
  }

  /** A longer training has a longer schedule, or it would stand still for most of its steps. */
  private TrainingPlan plan() {
    double epochs = Math.max(EPOCHS, (double) steps / order().stepsPerEpoch());
    return new TrainingPlan(
        new TrainingPlan.Length(steps, order().stepsPerEpoch(), BATCH),
        new TrainingPlan.Schedules(
            new LearningRateSchedule(0.05, BATCH, 0.5, epochs),
            new MomentumSchedule(0.9, true, epochs)),
        new TrainingPlan.Intervals(checkpointEvery, probeEvery, false, Duration.ZERO),
        true);
  }
}
