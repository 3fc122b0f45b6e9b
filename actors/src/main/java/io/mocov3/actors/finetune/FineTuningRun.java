package io.mocov3.actors.finetune;

import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.actors.views.BatchFailedException;
import io.mocov3.actors.views.ReadAhead;
import io.mocov3.model.checkpoint.CheckpointData;
import io.mocov3.model.finetune.FineTuning;
import io.mocov3.model.finetune.FineTuning.Which;
import io.mocov3.model.optim.LearningRateSchedule;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** Fine-tuning, tested every so many epochs and at the end. */
public final class FineTuningRun implements LabelledTraining.Trainee {
  private final FineTuning tuning;
  private final LabelledTraining training;
  private final LabelledSets sets;
  private final Plan plan;
  private final Listener listener;
  private double loss;

  /**
   * How long, how fast, and how often tested.
   *
   * @param testEveryEpochs 0 for at the end only
   * @param settings go into checkpoints
   */
  public record Plan(
      double epochs,
      LearningRateSchedule rate,
      double testEveryEpochs,
      Map<String, Object> settings) {}

  /** Who is told. */
  public interface Listener {
    /** After so many steps of all; {@code loss} and {@code rate} are those of the last one. */
    void stepped(long steps, double epoch, double loss, double rate);

    void tested(Test test);
  }

  /**
   * What the networks make of the test images after so many steps; {@code undecodable} ones are
   * left out.
   */
  public record Test(
      long steps, double epoch, Map<Which, Double> accuracies, int images, int undecodable) {}

  public FineTuningRun(
      FineTuning tuning,
      LabelledTraining training,
      LabelledSets sets,
      Plan plan,
      Listener listener) {
    this.tuning = tuning;
    this.training = training;
    this.sets = sets;
    this.plan = plan;
    this.listener = listener;
  }

  /** Goes on after {@code begun} steps. */
  public LabelledTraining.End run(long begun, BooleanSupplier stop) {
    return training.run(begun, training.steps(plan.epochs()), this, stop);
  }

  @Override
  public void step(long step, Supplier<Tensor> images, int[] samples) {
    loss = tuning.run(images, training.images().labels(samples), step, rate(step));
  }

  @Override
  public void stepped(long done, long all) {
    listener.stepped(done, epochOf(done), loss, rate(done - 1));
  }

  @Override
  public boolean isPauseDue(long done, long all) {
    double every = plan.testEveryEpochs();
    boolean between =
        every > 0 && Math.floor(epochOf(done) / every) > Math.floor(epochOf(done - 1) / every);
    return between || done == all;
  }

  @Override
  public CheckpointData save(long done) {
    return tuning.save(done, plan.settings());
  }

  private double rate(long step) {
    return plan.rate().at(epochOf(step));
  }

  private double epochOf(long step) {
    return training.images().epochOf(step);
  }

  /** The test. */
  @Override
  public boolean pause(long done, BooleanSupplier stop) {
    Map<Which, Long> hits = new EnumMap<>(Which.class);
    tuning.networks().forEach(network -> hits.put(network, 0L));
    int asked = 0;
    int read = 0;
    ReadAhead reader = sets.read(sets.test(), training.workers());
    for (Optional<ReadAhead.Batch> next = reader.next(); next.isPresent(); next = reader.next()) {
      if (stop.getAsBoolean()) {
        return false;
      }
      ReadAhead.Batch batch = next.get();
      read += batch.read();
      if (!batch.slots().isEmpty()) {
        long[] labels =
            Arrays.stream(batch.samples()).mapToLong(sets.test().source()::label).toArray();
        hits.replaceAll(
            (network, count) ->
                count + tuning.hits(network, () -> batch.images(training.pixels()), labels));
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
    listener.tested(new Test(done, epochOf(done), accuracies, asked, read - asked));
    return true;
  }
}
