package io.mocov3.model;

/**
 * The whole of MoCo v3: backbone, the projector of both encoders, the predictor of the base
 * encoder.
 */
public record MoCoV3Config(
    VitConfig backbone, HeadConfig projector, HeadConfig predictor, double temperature) {

  public MoCoV3Config {
    if (!(temperature > 0)) {
      throw new ModelException("temperature " + temperature + " must be greater than 0");
    }
  }
}
