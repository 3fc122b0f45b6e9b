package io.mocov3.model.method;

import io.mocov3.model.backbone.Backbone;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.Head;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.tensor.Placement;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A backbone and its projector; the base encoder and the momentum encoder are two of these. */
public final class Encoder implements AutoCloseable {
  private final Weights weights;
  private final Backbone backbone;
  private final Head projector;

  public Encoder(
      BackboneConfig backbone,
      HeadConfig projector,
      Placement placement,
      EncoderRole role,
      long seed) {
    try (PointerScope scope = new PointerScope()) {
      Init init = new Init(seed, placement);
      weights = new Weights(placement, role);
      this.backbone = Backbone.of(weights, backbone, init);
      weights.enter(Layers.PROJECTOR);
      this.projector =
          new Head(weights, backbone.projectorName(), backbone.width(), projector, init);
    }
  }

  public Weights weights() {
    return weights;
  }

  /** Images (N, 3, H, W) to backbone features (N, D). */
  public Tensor features(Tensor images) {
    return backbone.forward(images);
  }

  /**
   * The same as evaluation wants them, {@code batchSize} images at a time: without gradient, and
   * with the running statistics of BatchNorms, which stay as they are.
   */
  public Tensor evaluate(Tensor images, int batchSize) {
    try (Weights.Evaluation evaluation = weights.evaluation();
        NoGradGuard noGrad = new NoGradGuard()) {
      List<Tensor> parts = new ArrayList<>();
      for (long from = 0; from < images.size(0); from += batchSize) {
        parts.add(features(images.narrow(0, from, Math.min(batchSize, images.size(0) - from))));
      }
      return torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0);
    }
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
