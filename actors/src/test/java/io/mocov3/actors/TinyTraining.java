package io.mocov3.actors;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import io.mocov3.actors.TrainingGuardian.Blueprint;
import io.mocov3.augment.BatchBuffer;
import io.mocov3.augment.ImageSource;
import io.mocov3.augment.SampleOrder;
import io.mocov3.augment.TwoViews;
import io.mocov3.model.AdamWConfig;
import io.mocov3.model.DecayExclusion;
import io.mocov3.model.Encoder;
import io.mocov3.model.EncoderRole;
import io.mocov3.model.FeatureQueue;
import io.mocov3.model.HeadConfig;
import io.mocov3.model.KnnClassifier;
import io.mocov3.model.LearningRateSchedule;
import io.mocov3.model.MlpNorm;
import io.mocov3.model.MoCoV3;
import io.mocov3.model.MoCoV3Config;
import io.mocov3.model.MomentumSchedule;
import io.mocov3.model.PatchProjectionKind;
import io.mocov3.model.Pixels;
import io.mocov3.model.Placement;
import io.mocov3.model.Pooling;
import io.mocov3.model.PositionEmbeddingKind;
import io.mocov3.model.Stem;
import io.mocov3.model.StepConfig;
import io.mocov3.model.ViewPair;
import io.mocov3.model.VitConfig;
import io.mocov3.model.checkpoint.CheckpointStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/** A training small enough for a test, by the actors and by a plain loop. */
record TinyTraining(
    ImageSource source,
    long steps,
    long checkpointEvery,
    StabilityPlan stability,
    Patience patience) {

  static final Patience IMPATIENT = new Patience(Duration.ZERO, Duration.ZERO, Duration.ZERO);

  TinyTraining(ImageSource source, long steps, long checkpointEvery) {
    this(source, steps, checkpointEvery, StabilityPlan.DEFAULT);
  }

  TinyTraining(ImageSource source, long steps, long checkpointEvery, StabilityPlan stability) {
    this(source, steps, checkpointEvery, stability, IMPATIENT);
  }

  TinyTraining with(Patience other) {
    return new TinyTraining(source, steps, checkpointEvery, stability, other);
  }

  private static final long SEED = 7;
  private static final int BATCH = 8;
  private static final int SIZE = 16;
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
  record Running(
      ActorRef<TrainingGuardian.Command> guardian, CompletableFuture<TrainingOutcome> outcome) {}

  /** The actors begin, from the newest checkpoint if there is one. */
  Running start(
      ActorTestKit actors,
      CheckpointStore store,
      Executor executor,
      int workers,
      RecordingMetrics metrics,
      RunLog log) {
    return start(actors, store, executor, workers, metrics, log, UnaryOperator.identity());
  }

  /** With sessions that somebody watches. */
  Running start(
      ActorTestKit actors,
      CheckpointStore store,
      Executor executor,
      int workers,
      RecordingMetrics metrics,
      RunLog log,
      UnaryOperator<TrainingSession.Factory> watched) {
    CompletableFuture<TrainingOutcome> outcome = new CompletableFuture<>();
    Blueprint blueprint =
        new Blueprint(
            watched.apply(
                after ->
                    session(
                        after, store, pipeline(executor, workers, 2, metrics, log), metrics, log)),
            stability.policy(),
            Checkpointer.create(store, metrics, log),
            Optional.empty(),
            source::requireAvailable,
            patience,
            metrics,
            log,
            outcome);
    ActorRef<TrainingGuardian.Command> guardian = actors.spawn(TrainingGuardian.create(blueprint));
    guardian.tell(TrainingGuardian.Start.INSTANCE);
    return new Running(guardian, outcome);
  }

  ViewPipeline pipeline(
      Executor executor, int workers, int buffers, RecordingMetrics metrics, RunLog log) {
    return new ViewPipeline(
        source,
        order(),
        TwoViews.paper(SIZE),
        SEED,
        BATCH,
        buffers,
        workers,
        executor,
        1,
        metrics,
        log);
  }

  /** The same training, one thing after the other on this thread. */
  void runSequentially(RunLog log) {
    SampleOrder order = order();
    TwoViews views = TwoViews.paper(SIZE);
    TrainingPlan plan = plan();
    BatchBuffer buffer = BatchBuffer.allocate(2, BATCH, SIZE, SIZE);
    try (MoCoV3 model = model();
        Pixels pixels = pixels()) {
      for (long step = 0; step < steps; step++) {
        int[] indices = order.indices(step);
        for (int slot = 0; slot < BATCH; slot++) {
          views.fill(source, indices[slot], SEED, step / order.stepsPerEpoch(), buffer, slot);
        }
        double epoch = plan.epochOf(step);
        double rate = plan.learningRate().at(epoch);
        double momentum = plan.momentum().at(epoch);
        try (ViewPair x = pixels.views(buffer.pixels(), BATCH, SIZE, SIZE)) {
          double loss = model.step(x, rate, momentum);
          log.step(new RunLog.Step(step + 1, epoch, loss, rate, momentum, 0));
        }
        log.samples(step + 1, Arrays.stream(buffer.sampleIndices()).mapToObj(source::id).toList());
      }
    }
  }

  SampleOrder order() {
    return new SampleOrder(SEED, source.size(), BATCH, 0, 1);
  }

  /** From the newest checkpoint if there is one, after an incident from the one before it. */
  TrainingSession session(
      Optional<Interruption> after,
      CheckpointStore store,
      ViewPipeline pipeline,
      RecordingMetrics metrics,
      RunLog log) {
    MoCoV3 model = model();
    SessionOrigin origin =
        SessionOrigin.restore(model, store, stability.policy(), after, checkpointEvery, log);
    return new TrainingSession(
        model, origin, pixels(), plan(), stability, live(), pipeline, metrics, log);
  }

  private Optional<LiveProbe> live() {
    if (stability.probeEverySteps() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new LiveProbe(
            new Encoder(MODEL, Placement.CPU, EncoderRole.EVALUATION, SEED),
            new FeatureQueue(64, 16, 0, Placement.CPU),
            List.of(new ProbeSet("test", source, 16, SIZE, SIZE)),
            List.of(new KnnClassifier.Setting(5, 0.07)),
            source.classNames().size(),
            source::label,
            8));
  }

  private static MoCoV3 model() {
    return new MoCoV3(
        MODEL,
        new StepConfig(new AdamWConfig(0.9, 0.999, 1e-8, 0.1, DecayExclusion.NONE)),
        Placement.CPU,
        SEED);
  }

  private static Pixels pixels() {
    return new Pixels(Placement.CPU, HALF, HALF);
  }

  private TrainingPlan plan() {
    return new TrainingPlan(
        steps,
        order().stepsPerEpoch(),
        BATCH,
        new LearningRateSchedule(0.05, BATCH, 0.5, EPOCHS),
        new MomentumSchedule(0.9, true, EPOCHS),
        checkpointEvery,
        0,
        true,
        true);
  }
}
