package io.mocov3.actors.finetune;

import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.checkpoint.CheckpointData;
import io.mocov3.model.evaluation.AugmentedLinearEvaluation;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * The linear probe on a new crop and flip of each image in each epoch, which costs a pass of the
 * backbone each time.
 *
 * @param network images (N, 3, H, W) to features of each kind
 * @param settings go into checkpoints
 * @param progress told the share that is done
 */
public record AugmentedProbe(
    AugmentedLinearEvaluation evaluation,
    LabelledTraining training,
    Function<Tensor, Map<FeatureKind, Tensor>> network,
    Map<String, Object> settings,
    DoubleConsumer progress) {

  /** Trains all classifiers for so many epochs, going on after {@code begun} steps. */
  public LabelledTraining.End run(long begun, double epochs, BooleanSupplier stop) {
    long steps = training.steps(epochs);
    LabelledTraining.Trainee trainee =
        new LabelledTraining.Trainee() {
          @Override
          public void step(long step, Supplier<Tensor> images, int[] samples) {
            evaluation.step(
                images, network, samples, training.images().labels(samples), (double) step / steps);
          }

          @Override
          public void stepped(long done, long all) {
            progress.accept((double) done / all);
          }

          @Override
          public CheckpointData save(long done) {
            return evaluation.save(done, settings);
          }
        };
    return training.run(begun, steps, trainee, stop);
  }
}
