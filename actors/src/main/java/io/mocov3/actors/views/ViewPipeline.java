package io.mocov3.actors.views;

import akka.NotUsed;
import akka.japi.Pair;
import akka.stream.javadsl.Source;
import io.mocov3.actors.OutOfMemoryGuard;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.events.Timing;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.batch.BatchBufferPool;
import io.mocov3.augment.batch.SampleOrder;
import io.mocov3.augment.codec.Decoded.Undecodable;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.augment.source.ImageSource;
import io.mocov3.augment.view.SmallCrops;
import io.mocov3.augment.view.TwoViews;
import io.mocov3.metrics.TrainingMetrics.PipelineStage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The stream of batches: sample order, a free buffer, then every sample read, decoded and rendered
 * into its slot by the workers. Batches come in order and are a function of (seed, step) alone,
 * whatever the number of workers; no more of them exist at once than there are buffers.
 */
public final class ViewPipeline {
  private final ImageSource source;
  private final Batching batching;
  private final Workers workers;
  private final BadImageBudget budget;
  private final EventSink events;

  /** Which samples make a batch, (2, batchSize, H, W, 3) uint8, and how they are rendered. */
  public record Batching(SampleOrder order, TwoViews views, long seed, int batchSize) {}

  /**
   * Who renders: {@code executor} must have {@code count} threads; {@code memory} gives the bytes
   * of each of the {@code buffers}.
   */
  public record Workers(int count, Executor executor, int buffers, IntFunction<ByteBuffer> memory) {

    /** Into ordinary native memory. */
    public Workers(int count, Executor executor, int buffers) {
      this(count, executor, buffers, BatchBuffer::memory);
    }
  }

  /** {@code maxBadRatio}: share of the images that may be undecodable before the stream fails. */
  public ViewPipeline(
      ImageSource source,
      Batching batching,
      Workers workers,
      double maxBadRatio,
      EventSink events) {
    this.budget = new BadImageBudget(source.size(), maxBadRatio);
    this.source = source;
    this.batching = batching;
    this.workers = workers;
    this.events = events;
  }

  public long seed() {
    return batching.seed();
  }

  public ImageSource source() {
    return source;
  }

  /** A pool for one run of the stream. */
  public BatchBufferPool pool() {
    int size = batching.views().first().size();
    return new BatchBufferPool(
        workers.buffers(),
        2,
        batching.batchSize(),
        size,
        size,
        batching.views().small().map(SmallCrops::room).orElse(BatchBuffer.Small.NONE),
        workers.memory());
  }

  /**
   * The batches of steps {@code [first, end)}. Whatever ends the stream, buffers that were not
   * handed out come back to the pool. A {@link io.mocov3.augment.SourceUnavailableException} fails
   * it as it is.
   */
  public Source<Batch, NotUsed> batches(long first, long end, BatchBufferPool pool) {
    return Source.fromMaterializer((system, attributes) -> run(first, end, pool))
        .mapMaterializedValue(run -> NotUsed.getInstance());
  }

  private Source<Batch, NotUsed> run(long first, long end, BatchBufferPool pool) {
    UndeliveredBatches undelivered = new UndeliveredBatches();
    return Source.unfold(
            first, step -> step < end ? Optional.of(Pair.create(step + 1, step)) : Optional.empty())
        .mapAsync(
            1,
            step ->
                pool.acquire().thenApply(buffer -> undelivered.keep(new Batch(step, buffer, pool))))
        .mapAsync(workers.buffers(), batch -> fill(batch, undelivered))
        .mapError(CompletionException.class, Throwable::getCause)
        .map(undelivered::handOut)
        .watchTermination(
            (none, done) -> {
              done.whenComplete((finished, failure) -> undelivered.end());
              return none;
            });
  }

  private CompletionStage<Batch> fill(Batch batch, UndeliveredBatches undelivered) {
    return fill(undelivered.handOut(batch))
        .whenComplete(
            (done, failure) -> {
              Batch unused = undelivered.keep(batch);
            });
  }

  public CompletionStage<Batch> fill(Batch batch) {
    long begin = System.nanoTime();
    int[] indices = batching.order().indices(batch.step());
    long epoch = batch.step() / batching.order().stepsPerEpoch();
    int chunks = Math.min(batching.batchSize(), workers.count());
    AtomicBoolean givenUp = new AtomicBoolean();
    CompletableFuture<?>[] parts =
        IntStream.range(0, chunks)
            .mapToObj(
                chunk ->
                    CompletableFuture.runAsync(
                            () ->
                                OutOfMemoryGuard.run(
                                    () ->
                                        fillEvery(
                                            chunks,
                                            chunk,
                                            indices,
                                            epoch,
                                            batch.buffer(),
                                            givenUp)),
                            workers.executor())
                        .whenComplete(
                            (done, failure) -> givenUp.compareAndSet(false, failure != null)))
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(parts)
        .thenApply(
            done -> {
              timed(PipelineStage.BATCH, System.nanoTime() - begin);
              events.on(new Timing.QueueDepth(PipelineStage.BATCH, batch.pool().inUse()));
              return batch;
            });
  }

  /** Where one worker has failed, the others need not go on. */
  private void fillEvery(
      int stride, int from, int[] indices, long epoch, BatchBuffer buffer, AtomicBoolean givenUp) {
    for (int slot = from; slot < indices.length && !givenUp.get(); slot += stride) {
      switch (batching
          .views()
          .fill(source, indices[slot], seed(), epoch, buffer, slot, this::filled)) {
        case Outcome.Filled filled -> {}
        case Outcome.Replaced replaced -> report(replaced.undecodable());
        case Outcome.Failed failed -> {
          report(failed.undecodable());
          throw new BatchFailedException(
              "sample %s and %d replacements are undecodable; check the data set"
                  .formatted(source.id(failed.index()), failed.undecodable().size() - 1));
        }
      }
    }
  }

  private void filled(long decode, long views) {
    timed(PipelineStage.DECODE, decode);
    timed(PipelineStage.VIEWS, views);
  }

  private void timed(PipelineStage stage, long nanos) {
    events.on(new Timing.PipelineTimed(stage, Duration.ofNanos(nanos)));
  }

  private void report(List<Undecodable> samples) {
    for (Undecodable sample : samples) {
      events.on(new SideWork.SampleUndecodable(sample));
      budget.spend(sample.id());
    }
  }
}
