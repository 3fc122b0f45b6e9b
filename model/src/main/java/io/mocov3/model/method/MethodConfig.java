package io.mocov3.model.method;

import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.nn.HeadConfig;
import java.util.List;
import java.util.Optional;

/** A method by its numbers. */
public interface MethodConfig {

  /** MoCo v3, with or without a predictor. */
  static MethodConfig momentumContrast(
      BackboneConfig backbone,
      HeadConfig projector,
      Optional<HeadConfig> predictor,
      double temperature) {
    return new MoCoV3Config(backbone, projector, predictor, temperature);
  }

  BackboneConfig backbone();

  HeadConfig projector();

  /** Those that are trained, in the order of the forward. */
  List<HeadConfig> heads();

  /** The loss of a network that knows nothing yet, for that many images. */
  double lossAtChance(int batchSize);

  /** With the first weights of that seed. */
  Method create(Precision precision, Placement placement, long seed);
}
