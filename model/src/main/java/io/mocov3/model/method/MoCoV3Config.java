package io.mocov3.model.method;

import io.mocov3.model.ModelException;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.loss.ContrastiveLoss;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.tensor.TensorSize;
import java.util.List;
import java.util.Optional;

/**
 * The whole of MoCo v3: backbone, the projector of both encoders, the predictor of the base encoder
 * if there is one; keys of past steps that are negatives too, 0 in the paper.
 */
public record MoCoV3Config(
    BackboneConfig backbone,
    HeadConfig projector,
    Optional<HeadConfig> predictor,
    double temperature,
    int queue)
    implements MethodConfig {

  public MoCoV3Config {
    MethodConfig.checkTemperature(temperature);
    MethodConfig.checkHeads(backbone, projector, predictor);
    if (queue < 0) {
      throw new ModelException(List.of("queue-length"), "queue-length must be at least 0");
    }
    TensorSize.require("the queue of keys", Math.max(1, queue), projector.out(), "queue-length");
  }

  /** Without a queue, as in the paper. */
  public MoCoV3Config(
      BackboneConfig backbone,
      HeadConfig projector,
      Optional<HeadConfig> predictor,
      double temperature) {
    this(backbone, projector, predictor, temperature, 0);
  }

  @Override
  public boolean hasTarget() {
    return true;
  }

  @Override
  public long largestMatrix(int batchSize) {
    return (long) batchSize * (batchSize + queue);
  }

  @Override
  public double lossAtChance(int batchSize) {
    return ContrastiveLoss.atChance(temperature, batchSize + queue);
  }

  @Override
  public Method create(Precision precision, Placement placement, long seed) {
    return new MoCoV3(this, precision, placement, seed);
  }
}
