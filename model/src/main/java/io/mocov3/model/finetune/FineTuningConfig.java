package io.mocov3.model.finetune;

import io.mocov3.model.ModelException;
import io.mocov3.model.device.Precision;

/**
 * How a step of fine-tuning is made; the schedule of the rate comes from outside.
 *
 * @param dropPath rate of stochastic depth in the last block, at least 0 and below 1
 * @param layerDecay what the rate of a layer is of that of the next one towards the classifier,
 *     above 0 and at most 1, which gives all the same
 * @param weightDecay AdamW's; biases, norms, class token and positions have none, as in DeiT
 * @param average share that the running average of the weights keeps at a step, 0 for no average
 * @param microBatches parts of a batch whose graphs are in memory one after the other
 */
public record FineTuningConfig(
    Mixing mixing,
    double dropPath,
    double layerDecay,
    double weightDecay,
    double average,
    int microBatches,
    Precision precision) {

  public FineTuningConfig {
    if (!(dropPath >= 0 && dropPath < 1 && average >= 0 && average < 1)) {
      throw new ModelException("drop-path and average must be at least 0 and below 1");
    }
    if (!(layerDecay > 0 && layerDecay <= 1 && weightDecay >= 0) || microBatches < 1) {
      throw new ModelException(
          "layer-decay must be above 0 and at most 1, weight-decay at least 0, and there must be a"
              + " micro-batch");
    }
  }
}
