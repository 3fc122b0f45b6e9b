package io.mocov3.actors.finetune;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.actors.views.ReadAhead;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.finetune.FineTuning;
import io.mocov3.model.finetune.FineTuning.Which;
import io.mocov3.model.optim.LearningRateSchedule;
import io.mocov3.model.tensor.Pixels;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Fine-tuning from its last checkpoint to the end: steps, tests and checkpoints in turn on the
 * calling thread, images on the workers.
 */
public final class FineTuningRun {
  private final FineTuning tuning;
  private final LabelledImages images;
  private final LabelledSets sets;
  private final Plan plan;
  private final Pixels pixels;
  private final Executor workers;

  /**
   * When what happens.
   *
   * @param testEveryEpochs 0 for at the end only
   * @param checkpointEverySteps 0 for not so
   * @param checkpointEvery zero for not so
   */
  public record Plan(
      double epochs,
      LearningRateSchedule rate,
      double testEveryEpochs,
      long checkpointEverySteps,
      Duration checkpointEvery) {}

  /** How it ended. */
  public enum End {
    DONE,
    /** Asked to stop; saved. */
    STOPPED
  }

  /** Who is told. */
  public interface Listener {
    /** After so many steps of all; {@code loss} and {@code rate} are those of the last one. */
    void stepped(long steps, double epoch, double loss, double rate);

    /** What the networks make of the test images after so many steps. */
    void tested(long steps, double epoch, Map<Which, Double> accuracies);
  }

  public FineTuningRun(
      FineTuning tuning,
      LabelledImages images,
      LabelledSets sets,
      Plan plan,
      Pixels pixels,
      Executor workers) {
    this.tuning = tuning;
    this.images = images;
    this.sets = sets;
    this.plan = plan;
    this.pixels = pixels;
    this.workers = workers;
  }

  /** Steps of all epochs, at least one. */
  public long steps() {
    return Math.max(1, Math.round(plan.epochs() * images.stepsPerEpoch()));
  }

  /**
   * Goes on after {@code begun} steps.
   *
   * @param settings go into checkpoints
   * @param stop asked after each step
   */
  public End run(
      long begun,
      CheckpointStore store,
      Map<String, Object> settings,
      BooleanSupplier stop,
      Listener listener) {
    long steps = steps();
    ReadAhead reader = images.read(begun, steps, workers);
    long saved = System.nanoTime();
    for (Optional<ReadAhead.Batch> next = reader.next(); next.isPresent(); next = reader.next()) {
      ReadAhead.Batch batch = next.get();
      long done = batch.number() + 1;
      double rate = plan.rate().at(images.epochOf(batch.number()));
      listener.stepped(done, images.epochOf(done), step(batch, rate), rate);
      if (done < steps && isTestDue(done)) {
        test(done, listener);
      }
      boolean stopped = stop.getAsBoolean() && done < steps;
      if (stopped || done == steps || isCheckpointDue(done, saved)) {
        store.write(done, tuning.save(done, settings));
        saved = System.nanoTime();
      }
      if (stopped) {
        return End.STOPPED;
      }
    }
    test(steps, listener);
    return End.DONE;
  }

  private double step(ReadAhead.Batch batch, double rate) {
    if (batch.slots().isEmpty()) {
      throw new BatchFailedException(
          "none of the %d images of step %d can be decoded; check the data set"
              .formatted(batch.read(), batch.number() + 1));
    }
    return tuning.run(() -> tensor(batch), images.labels(batch.samples()), batch.number(), rate);
  }

  private boolean isTestDue(long done) {
    double every = plan.testEveryEpochs();
    return every > 0
        && Math.floor(images.epochOf(done) / every) > Math.floor(images.epochOf(done - 1) / every);
  }

  private boolean isCheckpointDue(long done, long saved) {
    Duration every = plan.checkpointEvery();
    boolean byClock = !every.isZero() && System.nanoTime() - saved >= every.toNanos();
    long steps = plan.checkpointEverySteps();
    return byClock || (steps > 0 && done % steps == 0);
  }

  private void test(long done, Listener listener) {
    Map<Which, Long> hits = new EnumMap<>(Which.class);
    tuning.networks().forEach(network -> hits.put(network, 0L));
    long asked = 0;
    ReadAhead reader = sets.read(sets.test(), workers);
    for (Optional<ReadAhead.Batch> next = reader.next(); next.isPresent(); next = reader.next()) {
      ReadAhead.Batch batch = next.get();
      if (!batch.slots().isEmpty()) {
        long[] labels =
            Arrays.stream(batch.samples()).mapToLong(sets.test().source()::label).toArray();
        hits.replaceAll(
            (network, count) -> count + tuning.hits(network, () -> tensor(batch), labels));
        asked += labels.length;
      }
    }
    if (asked == 0) {
      throw new BatchFailedException("no test image can be decoded; check the data set");
    }
    Map<Which, Double> accuracies = new EnumMap<>(Which.class);
    for (Map.Entry<Which, Long> entry : hits.entrySet()) {
      accuracies.put(entry.getKey(), (double) entry.getValue() / asked);
    }
    listener.tested(done, images.epochOf(done), accuracies);
  }

  private Tensor tensor(ReadAhead.Batch batch) {
    int size = batch.buffer().height();
    return pixels.images(batch.buffer().pixels(), batch.read(), size, size, batch.rows());
  }
}
