package io.mocov3.model;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A backbone and its projector; the base encoder and the momentum encoder are two of these. */
public final class Encoder implements AutoCloseable {
  private final Weights weights;
  private final Backbone backbone;
  private final Head projector;

  public Encoder(MoCoV3Config config, Placement placement, EncoderRole role, long seed) {
    try (PointerScope scope = new PointerScope()) {
      Init init = new Init(seed);
      weights = new Weights(placement, role);
      backbone = Backbone.of(weights, config.backbone(), init);
      projector =
          new Head(
              weights,
              config.backbone().projectorName(),
              config.backbone().width(),
              config.projector(),
              init);
    }
  }

  public Weights weights() {
    return weights;
  }

  /** Images (N, 3, H, W) to backbone features (N, D): what evaluation uses. */
  public Tensor features(Tensor images) {
    return backbone.forward(images);
  }

  /** Features (N, D) to projections (N, K). */
  public Tensor project(Tensor features) {
    return projector.forward(features);
  }

  /** Images (N, 3, H, W) to projections (N, K). */
  public Tensor forward(Tensor images) {
    return project(features(images));
  }

  @Override
  public void close() {
    weights.close();
  }
}
