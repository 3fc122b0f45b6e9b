package io.mocov3.model.method;

import io.mocov3.model.backbone.Backbone;
import io.mocov3.model.backbone.BackboneConfig;
import io.mocov3.model.backbone.FeatureKind;
import io.mocov3.model.device.Autocast;
import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.nn.Head;
import io.mocov3.model.nn.HeadConfig;
import io.mocov3.model.nn.Init;
import io.mocov3.model.nn.Layers;
import io.mocov3.model.nn.Weights;
import io.mocov3.model.tensor.Forward;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** A backbone and its projector; the base encoder and the momentum encoder are two of these. */
public final class Encoder implements AutoCloseable {
  private final Weights weights;
  private final Backbone backbone;
  private final Head projector;
  private final Precision precision;

  /** In full precision. */
  public Encoder(
      BackboneConfig backbone,
      HeadConfig projector,
      Placement placement,
      EncoderRole role,
      long seed) {
    this(backbone, projector, placement, role, seed, Precision.FP32);
  }

  public Encoder(
      BackboneConfig backbone,
      HeadConfig projector,
      Placement placement,
      EncoderRole role,
      long seed,
      Precision precision) {
    this.precision = precision;
    try (PointerScope scope = new PointerScope()) {
      Init init = new Init(seed, placement);
      weights = new Weights(placement, role);
      this.backbone = Backbone.of(weights, backbone, init, precision);
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
    try (Autocast autocast = new Autocast(weights.placement(), precision)) {
      return backbone.forward(images);
    }
  }

  /** The kinds of features that the backbone has. */
  public Set<FeatureKind> kinds() {
    return backbone.kinds();
  }

  /** Images (N, 3, H, W) to features of several kinds, (N, D) or wider; without a graph. */
  public Map<FeatureKind, Tensor> features(Tensor images, Set<FeatureKind> kinds) {
    try (Autocast autocast = new Autocast(weights.placement(), precision)) {
      return backbone.forward(images, kinds);
    }
  }

  /**
   * The same as evaluation wants them, {@code batchSize} images at a time: without gradient, and
   * with the running statistics of BatchNorms, which stay as they are.
   */
  public Tensor evaluate(Tensor images, int batchSize) {
    try (Weights.Evaluation evaluation = weights.evaluation();
        NoGradGuard noGrad = new NoGradGuard()) {
      return Forward.inParts(this::features, images, Math.ceilDiv(images.size(0), batchSize));
    } finally {
      Autocast.forgetCasts(); // those made here have no graph
    }
  }

  /** Features (N, D) to projections (N, K). */
  public Tensor project(Tensor features) {
    try (Autocast autocast = new Autocast(weights.placement(), precision)) {
      return projector.forward(features);
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
