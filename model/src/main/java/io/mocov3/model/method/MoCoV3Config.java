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
import java.util.stream.Stream;

/**
 * The whole of MoCo v3: backbone, the projector of both encoders, the predictor of the base encoder
 * if there is one.
 */
public record MoCoV3Config(
    BackboneConfig backbone,
    HeadConfig projector,
    Optional<HeadConfig> predictor,
    double temperature)
    implements MethodConfig {

  public MoCoV3Config {
    if (!(temperature > 0)) {
      throw new ModelException("temperature " + temperature + " must be greater than 0");
    }
    TensorSize.require("the projector's first layer", projector.first(), backbone.width(), "width");
    predictor.ifPresent(
        head -> TensorSize.require("the predictor's first layer", head.first(), projector.out()));
    if (predictor.isPresent() && predictor.get().out() != projector.out()) {
      throw new ModelException(
          "predictor.out %d differs from projector.out %d"
              .formatted(predictor.get().out(), projector.out()));
    }
  }

  @Override
  public List<HeadConfig> heads() {
    return Stream.concat(Stream.of(projector), predictor.stream()).toList();
  }

  @Override
  public double lossAtChance(int batchSize) {
    return ContrastiveLoss.atChance(temperature, batchSize);
  }

  @Override
  public Method create(Precision precision, Placement placement, long seed) {
    return new MoCoV3(this, precision, placement, seed);
  }
}
