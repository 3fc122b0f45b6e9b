package io.mocov3.actors.ranks;

import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.SinkQueueWithCancel;
import io.mocov3.actors.stability.StabilityPlan.Drill;
import io.mocov3.actors.views.Batch;
import io.mocov3.actors.views.ViewPipeline;
import io.mocov3.actors.views.Views;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.model.device.Threads;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.method.Targets;
import io.mocov3.model.step.Pending;
import io.mocov3.model.step.TargetFeatures;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.step.TrainingStep.Verdict;
import io.mocov3.model.tensor.Pixels;
import io.mocov3.model.tensor.ViewPair;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * A rank that decides nothing: it makes each step that rank 0 orders with its own part of the
 * batch. Writes nothing and keeps nothing; weights come from rank 0. No actor: it is there to wait.
 */
public final class Follower implements AutoCloseable {
  private final Group group;
  private final Supplier<TrainingStep> models;
  private final Pixels pixels;
  private final ViewPipeline pipeline;
  private final Drill drill;
  private final Materializer streams;
  private final ExecutorService momentumEncoder =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("momentum-encoder").factory());
  private volatile boolean stopWanted;
  private volatile boolean training;
  private volatile long heard = System.nanoTime();
  private Optional<TrainingStep> model = Optional.empty();
  private Optional<SinkQueueWithCancel<Batch>> batches = Optional.empty();

  /**
   * Takes over the pixels; models of equal shape are made when training begins, or begins again.
   */
  public Follower(
      Group group,
      Supplier<TrainingStep> models,
      Pixels pixels,
      ViewPipeline pipeline,
      Drill drill,
      Materializer streams) {
    this.group = group;
    this.models = models;
    this.pixels = pixels;
    this.pipeline = pipeline;
    this.drill = drill;
    this.streams = streams;
    CompletableFuture.runAsync(Threads::adopt, momentumEncoder).join();
  }

  /** Rank 0 hears of it with the next directive. */
  public void requestStop() {
    stopWanted = true;
  }

  /**
   * Follows until rank 0 says that it is over.
   *
   * @return the exit code
   * @throws io.mocov3.model.distributed.GroupException when a rank is gone
   */
  public int run() {
    while (true) {
      switch (receive()) {
        case Directive.Idle idle -> {}
        case Directive.Begin begin -> begin(begin);
        case Directive.Step step -> step(step);
        case Directive.End end -> {
          return end.code();
        }
        case Directive.Verdict verdict -> throw new IllegalStateException("a verdict on no step");
      }
    }
  }

  private Directive receive() {
    Directive directive = Directive.exchange(group, Directive.nothing(stopWanted)).directive();
    heard = System.nanoTime();
    return directive;
  }

  /** The time since rank 0 was heard last. */
  public Duration silence() {
    return Duration.ofNanos(System.nanoTime() - heard);
  }

  /** Whether it has weights and images. */
  public boolean isTraining() {
    return training;
  }

  private void begin(Directive.Begin begin) {
    batches.ifPresent(SinkQueueWithCancel::cancel);
    model.ifPresent(TrainingStep::close);
    TrainingStep fresh = models.get();
    model = Optional.of(fresh);
    group.broadcast(Leader.state(fresh));
    fresh.optimizer().restoreSteps(begin.updates());
    fresh.restoreTargetIsAhead(begin.targetIsAhead());
    begin.adjusted().applyTo(fresh);
    batches =
        Optional.of(
            pipeline
                .batches(begin.position(), begin.end(), pipeline.pool())
                .runWith(Sink.queue(), streams));
    training = true;
  }

  private void step(Directive.Step directive) {
    TrainingStep training = model.orElseThrow();
    try (Batch batch = next(directive.position());
        ViewPair views = views(batch.buffer());
        Pending pending = training.begin(views, directive.rates())) {
      Leader.gathered(group, batch.buffer().sampleIndices());
      if (directive.keepsEmbeddings()) {
        pending.keepEmbeddings();
      }
      if (directive.drilled()) {
        training.scaleNextGradient(drill.layer(), drill.factor());
      }
      Executor where = Threads.twoPoolsFit(training.placement()) ? momentumEncoder : Runnable::run;
      CompletableFuture<TargetFeatures> features =
          CompletableFuture.supplyAsync(() -> training.targetFeatures(pending), where);
      try {
        training.queriesAhead(pending);
        try (Targets targets = training.targets(pending, features.join())) {
          training.backward(pending, targets);
        }
      } finally {
        // whatever happened: what it reads is closed next
        features.handle((done, failure) -> true).join();
      }
      training.measure();
      boolean applied = receive() instanceof Directive.Verdict verdict && verdict.applied();
      training.finish(pending, applied ? Verdict.APPLY : Verdict.DISCARD);
    }
  }

  private ViewPair views(BatchBuffer buffer) {
    return Views.of(buffer, pixels);
  }

  private Batch next(long position) {
    try {
      Batch batch = batches.orElseThrow().pull().toCompletableFuture().join().orElseThrow();
      if (batch.step() != position) {
        throw new IllegalStateException(
            "rank 0 is at batch %d, this rank at %d".formatted(position, batch.step()));
      }
      return batch;
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    batches.ifPresent(SinkQueueWithCancel::cancel);
    model.ifPresent(TrainingStep::close);
    pixels.close();
    momentumEncoder.shutdownNow();
  }
}
