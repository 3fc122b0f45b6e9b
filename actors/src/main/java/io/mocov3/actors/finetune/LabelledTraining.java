package io.mocov3.actors.finetune;

import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.actors.views.ReadAhead;
import io.mocov3.model.checkpoint.CheckpointData;
import io.mocov3.model.tensor.Pixels;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * A training with labels from its last checkpoint to the end: steps, checkpoints and whatever comes
 * between them in turn on the calling thread, images on the workers.
 */
public record LabelledTraining(
    LabelledImages images, Pixels pixels, Executor workers, Saving saving) {

  /** Where checkpoints go, and when. */
  public interface Saving {
    /** Nowhere and never. */
    Saving NONE =
        new Saving() {
          @Override
          public boolean isDue(long done) {
            return false;
          }

          @Override
          public void save(long done, Supplier<CheckpointData> data, boolean last) {}
        };

    /** Whether the state after so many steps is to be saved, besides at a stop and at the end. */
    boolean isDue(long done);

    /** {@code last}: nothing comes after it, so all is lost that is not saved now. */
    void save(long done, Supplier<CheckpointData> data, boolean last);
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

    /** So many steps are done. */
    void stepped(long done, long all);

    /**
     * Whether something follows such a step that takes long, and fails where images are missing.
     */
    default boolean isPauseDue(long done, long all) {
      return false;
    }

    /** Does it; what has been learned is saved. False when it was to stop before the end. */
    default boolean pause(long done, BooleanSupplier stop) {
      return true;
    }

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

  /**
   * Steps {@code [begun, all)}, after the pause that is due at {@code begun}; {@code stop} is asked
   * after each of them.
   */
  End run(long begun, long all, Trainee trainee, BooleanSupplier stop) {
    if (begun > 0 && trainee.isPauseDue(begun, all) && !trainee.pause(begun, stop)) {
      return End.STOPPED;
    }
    ReadAhead reader = images.read(begun, all, workers);
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
      boolean stopped = stop.getAsBoolean();
      boolean pauses = trainee.isPauseDue(done, all);
      if (stopped || pauses || done == all || saving.isDue(done)) {
        saving.save(done, () -> trainee.save(done), stopped || done == all);
      }
      if (stopped || (pauses && !trainee.pause(done, stop))) {
        return End.STOPPED;
      }
    }
    return End.DONE;
  }
}
