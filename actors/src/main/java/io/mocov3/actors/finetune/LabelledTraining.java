package io.mocov3.actors.finetune;

import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.actors.views.ReadAhead;
import io.mocov3.model.checkpoint.CheckpointData;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.tensor.Pixels;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * A training with labels from its last checkpoint to the end: steps and checkpoints in turn on the
 * calling thread, images on the workers.
 */
public record LabelledTraining(
    LabelledImages images, Pixels pixels, Executor workers, Optional<Saving> saving) {

  /** Where checkpoints go, and when, besides at the end and at a stop; zeros for not so. */
  public record Saving(CheckpointStore store, long everySteps, Duration every) {

    private boolean isDue(long done, long since) {
      boolean byClock = !every.isZero() && System.nanoTime() - since >= every.toNanos();
      return byClock || (everySteps > 0 && done % everySteps == 0);
    }
  }

  /** What learns. */
  interface Trainee {
    /**
     * One step, counted from 0.
     *
     * @param images makes (N, 3, H, W), normalised
     * @param samples which of the source they are
     */
    void step(long step, Supplier<Tensor> images, int[] samples);

    /** So many steps of all are done; before a checkpoint of them. */
    void stepped(long done, long all);

    CheckpointData save(long done);
  }

  /** How it ended. */
  public enum End {
    DONE,
    /** Asked to stop; saved, if there is a place for it. */
    STOPPED
  }

  /** Steps of so many epochs, at least one. */
  public long steps(double epochs) {
    return Math.max(1, Math.round(epochs * images.stepsPerEpoch()));
  }

  /** Steps {@code [begun, all)}; {@code stop} is asked after each of them. */
  End run(long begun, long all, Trainee trainee, BooleanSupplier stop) {
    ReadAhead reader = images.read(begun, all, workers);
    long saved = System.nanoTime();
    for (Optional<ReadAhead.Batch> next = reader.next(); next.isPresent(); next = reader.next()) {
      ReadAhead.Batch batch = next.get();
      long done = batch.number() + 1;
      if (batch.slots().isEmpty()) {
        throw new BatchFailedException(
            "none of the %d images of step %d can be decoded; check the data set"
                .formatted(batch.read(), done));
      }
      trainee.step(batch.number(), () -> batch.images(pixels), batch.samples());
      trainee.stepped(done, all);
      boolean stopped = stop.getAsBoolean() && done < all;
      long since = saved;
      if (stopped || done == all || saving.filter(place -> place.isDue(done, since)).isPresent()) {
        saving.ifPresent(place -> place.store().write(done, trainee.save(done)));
        saved = System.nanoTime();
      }
      if (stopped) {
        return End.STOPPED;
      }
    }
    return End.DONE;
  }
}
