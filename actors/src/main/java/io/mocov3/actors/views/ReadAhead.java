package io.mocov3.actors.views;

import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.codec.Outcome;
import io.mocov3.model.tensor.Pixels;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Batches of one view for a thread that works on one while {@code workers} read the next. For what
 * is no actor: it waits.
 */
public final class ReadAhead {
  private final Batches batches;
  private final long end;
  private final Executor workers;
  private final BatchBuffer[] buffers;
  private Optional<Reading> pending;

  /** Which samples are in a batch, and how a slot is filled. */
  public interface Batches {
    int[] indices(long batch);

    Outcome fill(long batch, int index, BatchBuffer buffer, int slot);
  }

  /**
   * What was read: images (read, size, size, 3) of which those in {@code slots} could be decoded.
   * Good until the next is asked for.
   */
  public record Batch(long number, BatchBuffer buffer, int read, List<Integer> slots) {

    /** What could be decoded, (N, 3, size, size), normalised, in the caller's scope. */
    public Tensor images(Pixels pixels) {
      long[] rows = slots.stream().mapToLong(Integer::longValue).toArray();
      return pixels.images(buffer.pixels(), read, buffer.height(), buffer.width(), rows);
    }

    /** The samples that could be decoded, in the order of their slots. */
    public int[] samples() {
      return slots.stream().mapToInt(slot -> buffer.sampleIndices()[slot]).toArray();
    }
  }

  /** A batch that is being read. */
  private record Reading(
      long batch, BatchBuffer buffer, List<CompletableFuture<Outcome>> samples) {}

  /**
   * Batches {@code [first, end)} of at most so many images of {@code size} pixels a side; two of
   * them are in memory.
   */
  public ReadAhead(
      Batches batches, long first, long end, int batchSize, int size, Executor workers) {
    this.batches = batches;
    this.end = end;
    this.workers = workers;
    buffers =
        new BatchBuffer[] {
          BatchBuffer.allocate(1, batchSize, size, size),
          BatchBuffer.allocate(1, batchSize, size, size)
        };
    pending = begin(first, buffers[0]);
  }

  /** The next batch; empty at the end. Waits for the workers. */
  public Optional<Batch> next() {
    return pending.map(
        now -> {
          pending = begin(now.batch() + 1, now.buffer() == buffers[0] ? buffers[1] : buffers[0]);
          return finished(now);
        });
  }

  private Optional<Reading> begin(long batch, BatchBuffer buffer) {
    if (batch >= end) {
      return Optional.empty();
    }
    int[] indices = batches.indices(batch);
    return Optional.of(
        new Reading(
            batch,
            buffer,
            IntStream.range(0, indices.length)
                .mapToObj(
                    slot ->
                        CompletableFuture.supplyAsync(
                            () -> batches.fill(batch, indices[slot], buffer, slot), workers))
                .toList()));
  }

  private static Batch finished(Reading reading) {
    List<Integer> slots =
        IntStream.range(0, reading.samples().size())
            .filter(slot -> outcome(reading, slot) instanceof Outcome.Filled)
            .boxed()
            .toList();
    return new Batch(reading.batch(), reading.buffer(), reading.samples().size(), slots);
  }

  private static Outcome outcome(Reading reading, int slot) {
    try {
      return reading.samples().get(slot).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
